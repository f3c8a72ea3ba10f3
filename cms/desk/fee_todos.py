"""What is to be done about the published fees: without one in force nobody enrols for a position by themselves."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cms import fee_rules
from cms.desk import access
from cms.models.fees import published_notices
from cms.models.positions import approved_positions
from cms.todo import Todo

ENDS_SOON_DAYS = 30
PAGES = "wagtailadmin_explore_root"


def fee_todos(user: Any, on: date) -> list[Todo]:
    """For those who write the site's pages; three queries."""
    if not access.has_role(user, *access.EDITORS):
        return []
    notices, codes = published_notices(), [code for code, _name in approved_positions()]
    found = [_missing(len(fee_rules.uncovered(codes, notices, on)))]
    ending = fee_rules.ending(notices, on, ENDS_SOON_DAYS)
    if ending:
        found.append(_ending(len(ending), ending[0]))
    return [todo for todo in found if todo.number]


def _missing(number: int) -> Todo:
    what = _("Approved positions without a fee notice in force")
    note = _("nobody can enrol online for them; publish what the training costs")
    return Todo(number, what, note, PAGES, pgettext("to do", "Publish"))


def _ending(number: int, first: fee_rules.Notice) -> Todo:
    words = _("“%(title)s” ends on %(day)s, and none follows") % {"title": first.title, "day": first.valid_to}
    return Todo(number, _("Fee notices that end soon"), words, PAGES, pgettext("to do", "Prepare the next"))
