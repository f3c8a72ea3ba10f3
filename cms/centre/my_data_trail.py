"""A copy of one's data, the end: the audit trail about a person, their pictures and their papers."""

from django.db.models import Q
from django.utils.translation import gettext as _

from cms.audit_words import ACTIONS
from cms.centre import my_data_traces  # noqa: F401  registers its provider
from cms.centre.my_data_parts import Part, provides
from cms.centre.my_data_rooms import subjects_of
from tenants.accounts.models import User
from tenants.audit.models import Entry


@provides("audit.Entry.actor")
def audit(user: User) -> Part:
    """What was done to the account and to the person's pictures and papers, and what they did themselves."""
    labels = {"at": _("Time"), "action": _("What was done"), "by": _("Done by"), "where": _("Institution")}
    rows = Entry.objects.filter(_about(user)).select_related("institution").order_by("-id")
    return Part.of("audit", _("Audit trail about you"), labels, (
        (row.at, str(ACTIONS.get(row.action, row.action)), _doer(row, user),
         row.institution.name if row.institution else "")
        for row in rows
    ))  # fmt: skip


def _about(user: User) -> Q:
    about = Q(actor=user) | Q(subject_type="accounts.user", subject_id=str(user.uuid))
    for label, ids in subjects_of(user).items():
        about |= Q(subject_type=label, subject_id__in=ids)
    return about


def _doer(entry: Entry, user: User) -> str:
    """Not the name of a member of staff: it is theirs."""
    if entry.actor_id is None:
        return _("the system")
    return _("yourself") if entry.actor_id == user.pk else _("a member of staff")
