"""Approved, suspended, closed: what may follow what, and the question every door of study asks."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution, State

# Closing is for good: what the institution held stays readable, but it never opens again under the same row.
NEXT_STATES: dict[State, tuple[State, ...]] = {
    State.APPROVED: (State.SUSPENDED,),
    State.SUSPENDED: (State.APPROVED, State.CLOSED),
    State.CLOSED: (),
}


class CannotChangeState(DomainError):
    code = "institution.cannot_change_state"
    message = _("Somebody else has changed this institution in the meantime. Look again.")


class NotLive(DomainError):
    code = "institution.not_live"
    message = _("This institution has paused its training. Nothing new can be begun here; what you have stays.")
    status = 403


def change_state(institution: Institution, state: State, *, reason: str, by: Any, at: datetime) -> Institution:
    """Approve again, suspend or close, with the reason that stands in the audit trail. Raises `CannotChangeState`.

    Ending what runs there is the caller's (it belongs to higher floors), in the same transaction: the lock taken here
    keeps anything new out until then, because `require_live` waits for it.
    """
    with transaction.atomic():
        found = Institution.objects.select_for_update().get(pk=institution.pk)
        was = State(found.state)
        if state not in NEXT_STATES[was]:
            raise CannotChangeState
        values = {"state": state, "state_since": at, "state_reason": reason[:300]}
        Institution.objects.filter(pk=found.pk).update(**values)
        record(
            "institution.state", actor=by, subject=found, institution=found, at=at,
            was=was.value, now=state.value, reason=reason,
        )  # fmt: skip
    for name, value in values.items():
        setattr(found, name, value)
    return found


def require_live(institution_id: int) -> None:
    """Raises `NotLive` unless the institution is approved now; within a transaction it stays so until the end of it.

    Read from the row itself, never from an object that a socket or a form has held for a while.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM public.tenants_institution WHERE id = %s FOR KEY SHARE", [institution_id])
        row = cursor.fetchone()
    if row is None or row[0] != State.APPROVED:
        raise NotLive
