"""Institutions that ask to be opened: apply, look how it stands, approve, decline."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.rules import normalised_phone
from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Application, Institution, State


class AlreadyApplied(DomainError):
    code = "application.exists"
    message = _(
        "An application or an institution with this credit code exists already. Look up how it stands with the "
        "contact person's phone, or call the association."
    )


class AlreadyDecided(DomainError):
    code = "application.decided"
    message = _("Somebody else has decided about this application in the meantime. Look again.")


@dataclass(frozen=True)
class Wish:
    """What an institution says about itself; the forms have checked each value."""

    name: str
    short_name: str
    credit_code: str
    code: str  # the wished letters of the address
    region: str
    contact_name: str
    contact_id_number: str
    contact_phone: str
    address: str = ""
    statement: str = ""
    position_codes: tuple[str, ...] = field(default=())


def phone_index(phone: str) -> str:
    return blind_index("application_phone", normalised_phone(phone))


def require_new(credit_code: str) -> None:
    """Raises `AlreadyApplied` when this credit code waits for a decision or has an institution that is not closed."""
    waiting = Application.objects.filter(credit_code=credit_code, state=Application.State.APPLIED)
    there = Institution.objects.filter(credit_code=credit_code).exclude(state=State.CLOSED)
    if waiting.exists() or there.exists():
        raise AlreadyApplied


def apply(wish: Wish, *, at: datetime) -> Application:
    """Keep an application whose contact has proved the phone. Nothing is made for it yet. Raises `AlreadyApplied`."""
    with transaction.atomic():
        _one_at_a_time(wish.credit_code)
        require_new(wish.credit_code)
        values = asdict(wish) | {"position_codes": sorted(wish.position_codes)}
        application = Application(**values, contact_phone_index=phone_index(wish.contact_phone), created_at=at)
        application.save()
        record("application.received", actor=None, subject=application, at=at)
        _tell(application, "application_received", at)
    return application


def note_approved(application: Application, institution: Institution, *, by: Any, at: datetime) -> None:
    """The institution was opened for it; within the transaction of the opening. Raises `AlreadyDecided`."""
    found = _waiting(application)
    found.institution = institution
    _decide(found, Application.State.APPROVED, "", by, at)
    record("application.approved", actor=by, subject=found, institution=institution, at=at)


def decline(application: Application, answer: str, *, by: Any, at: datetime) -> None:
    """Say no, with a reason that the applicant reads on the status page; an SMS says that there is an answer."""
    with transaction.atomic():
        found = _waiting(application)
        _decide(found, Application.State.DECLINED, answer, by, at)
        record("application.declined", actor=by, subject=found, at=at, reason=answer)
        _tell(found, "application_declined", at)


def _decide(application: Application, state: Application.State, answer: str, by: Any, at: datetime) -> None:
    application.state, application.answer = state, answer[:300]
    application.decided_by, application.decided_at = by, at
    application.save(update_fields=["state", "answer", "decided_by", "decided_at", "institution"])


def _waiting(application: Application) -> Application:
    found = Application.objects.select_for_update().get(pk=application.pk)
    if found.state != Application.State.APPLIED:
        raise AlreadyDecided
    return found


def _tell(application: Application, template: str, at: datetime) -> None:
    queue_sms(
        key=f"{template}:{application.uuid}", template=template, params={"institution": application.name},
        phone=application.contact_phone, institution=None, at=at,
    )  # fmt: skip


def _one_at_a_time(credit_code: str) -> None:
    """Two forms sent at once give one application."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"application:{credit_code}"])
