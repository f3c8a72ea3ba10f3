"""When the retention of a closed account is over, nothing names anybody any more. Rows stay, a person is never deleted:
what was studied and decided remains countable, and rows of other schemas point at the account."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tenants.accounts.events import account_anonymised
from tenants.accounts.exports import drop_of
from tenants.accounts.models import DataRequest, DocumentKind, HandOff, KnownDevice, PhoneCode, SignedIn, User
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.models import Sms
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for

NOBODY = "已注销"  # stands in lists and old records in place of the name, whatever the language


class StillOpen(DomainError):
    code = "account.still_open"


@dataclass(frozen=True)
class Due:
    """What an anonymisation would touch: figures, no names."""

    people: int
    sessions: int
    devices: int
    messages: int
    requests: int


def due_people(*, at: datetime) -> QuerySet[User]:
    """Closed accounts whose retention is over."""
    since = at - timedelta(days=rules_for(RetentionRules, at=at).anonymise_after_days)
    return User.objects.filter(closed_at__lte=since, anonymised_at=None).order_by("closed_at")


def count_due(*, at: datetime) -> Due:
    """The dry run."""
    people = due_people(at=at)
    return Due(
        people=people.count(),
        sessions=SignedIn.objects.filter(user__in=people).count(),
        devices=KnownDevice.objects.filter(user__in=people).count(),
        messages=Sms.objects.filter(user__in=people).count(),
        requests=DataRequest.objects.filter(user__in=people).count(),
    )


def anonymise_due(*, at: datetime) -> int:
    """Anonymise who is due, each in a transaction of their own; returns how many."""
    people = list(due_people(at=at))
    for user in people:
        anonymise(user, by=None, at=at)
    return len(people)


@transaction.atomic
def anonymise(user: User, *, by: User | None, at: datetime) -> None:
    """Take name, numbers and traces off a closed account. Idempotent. Raises `StillOpen`."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.closed_at is None:
        raise StillOpen
    if user.anonymised_at is not None:
        return
    user.name, user.gender, user.email, user.document_kind = NOBODY, "", "", DocumentKind.RESIDENT_ID
    # A random key in place of the number's: the number itself is free for a new account.
    user.id_number, user.id_number_index = "", secrets.token_hex(32)
    user.phone, user.phone_index, user.anonymised_at = None, "", at
    user.save(update_fields=[
        "name", "name_pinyin", "gender", "email", "document_kind", "id_number", "id_number_index", "phone",
        "phone_index", "anonymised_at",
    ])  # fmt: skip
    for model in (SignedIn, KnownDevice, HandOff, PhoneCode):
        model.objects.filter(user=user).delete()  # type: ignore[attr-defined]
    drop_of(user, at=at)
    DataRequest.objects.filter(user=user).update(wish=None, answer="")
    _empty_messages(user)
    record("account.anonymised", actor=by, subject=user, at=at)
    account_anonymised.send(sender=User, user=user, by=by, at=at)


def _empty_messages(user: User) -> None:
    """That a message left, and when, stays; to which number and with which words does not."""
    for sms in Sms.objects.filter(user=user).only("pk", "uuid"):
        sms.phone, sms.text, sms.phone_index, sms.error = "", "", "", ""
        sms.save(update_fields=["phone", "text", "phone_index", "error"])
