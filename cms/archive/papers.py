"""Exams with their papers: what was asked, what was chosen, what it was worth; the key is the association's only."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cms.archive.parts import Part, Table
from exams.models import Attempt, Item
from exams.queries import rules_of
from exams.rules import GradedItem, points_for
from learning.models import Enrolment
from tenants.masking import redacted

LETTERS = "ABCDEFGH"


def exams(enrolment: Enrolment, *, with_key: bool) -> Part:
    """Three queries, whatever the number of papers."""
    found = Attempt.objects.filter(enrolment=enrolment).select_related("looked_by")
    attempts = list(found.prefetch_related("items__answer").order_by("number"))
    rows = [
        (one.number, one.opened_at, one.submitted_at, one.score, _result(one), one.get_supervision_display(),
         one.looked_by.name if one.looked_by else "", redacted(one.look_note))
        for one in attempts
    ]  # fmt: skip
    heads = (_("Attempt"), _("Begun"), pgettext("exam", "Handed in"), _("Points"), pgettext("archive", "Result"),
             _("Supervision"), _("Looked at by"), pgettext("archive", "Note"))  # fmt: skip
    papers = [_paper(one, with_key=with_key) for one in attempts if not one.is_open]
    return Part(
        "exams",
        pgettext("archive", "Exams"),
        tables=[Table(_("Attempts"), heads, rows, widths=(7, 18, 18, 7, 8, 12, 11, 19)), *papers],
    )


def _result(attempt: Attempt) -> str:
    if attempt.passed is None:
        return _("not handed in")
    return _("passed") if attempt.passed else _("not passed")


def _paper(attempt: Attempt, *, with_key: bool) -> Table:
    heads = (
        _("No."),
        pgettext("exam", "Question"),
        _("Chosen"),
        _("Points"),
        *((_("Right answer"),) if with_key else ()),
    )
    rules = rules_of(attempt)
    rows = []
    for item in attempt.items.all():
        choice = _choice(item)
        earned = points_for(GradedItem(key=item.key, choice=choice, points=item.points, kind=item.kind), rules)
        asked = f"{item.stem} {'；'.join(f'{a}. {text}' for a, text in zip(LETTERS, item.options, strict=False))}"
        rows.append((item.number, asked, choice, f"{earned} / {item.points}", *((item.key,) if with_key else ())))
    title = _("Paper of attempt %(number)s") % {"number": attempt.number}
    widths = (7, 63, 10, 10, 10) if with_key else (7, 71, 11, 11)
    return Table(title, heads, rows, widths=widths)


def _choice(item: Item) -> str:
    answer = getattr(item, "answer", None)
    return answer.choice if answer else ""
