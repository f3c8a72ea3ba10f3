"""Change of phone: the number is what proves an account, so every change says how it was proved and warns the old one.

Three ways: codes to both numbers, a live face check and a code to the new number, or the association for a reason.
Staff of institutions have none.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import CodePurpose, KnownDevice, PhoneCode, SignedIn, User
from tenants.accounts.rules import normalised_phone
from tenants.accounts.sessions import end_sessions
from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Institution


class Way(models.TextChoices):
    """How a change was proved."""

    BOTH = "both", _("codes to both numbers")
    FACE = "face", _("face check and code")
    ASSOCIATION = "association", _("by the association")


class PhoneTaken(DomainError):
    """Said only to somebody who has shown that the number is theirs, or to the association."""

    code = "phone.taken"
    message = _("This number belongs to another account. Use another number, or ask the association.")


class SamePhone(DomainError):
    code = "phone.same"
    message = _("This is the number your account has already.")
    status = 400


def new_number(user: User, text: str) -> str:
    """The typed number as 11 digits. Raises `BadPhone`, `SamePhone`; whether it is taken is not told here."""
    phone = normalised_phone(text)
    if blind_index("phone", phone) == user.phone_index:
        raise SamePhone
    return phone


def has_open_code(user: User, purpose: CodePurpose, phone: str, *, at: datetime) -> bool:
    """Whether a code of this purpose has left for `phone` and still opens something."""
    sent = PhoneCode.objects.filter(user=user, purpose=purpose, phone_index=blind_index("phone", phone))
    return sent.filter(used_at=None, expires_at__gt=at).exists()


def change_phone(
    user: User,
    phone: str,
    *,
    way: Way,
    by: Any,
    institution: Institution | None,
    at: datetime,
    keep: str | None = None,
    keep_device: str = "",
    reason: str = "",
) -> None:
    """Give the account the number `phone` (normalised); the caller has seen the proof of `way`.

    All sessions end but the one with the key `keep`, all known devices are forgotten but `keep_device` (its index).
    The old number is told; the new one too where the association typed it, and then it is not verified until its first
    code was right. `reason` stands in the audit trail: no names, no numbers. Raises `PhoneTaken`, `SamePhone`.
    """
    index = blind_index("phone", phone)
    try:
        with transaction.atomic():
            person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if person.phone_index == index:
                raise SamePhone
            _refuse_taken(person, index)
            old = person.phone
            person.set_phone(phone)
            person.phone_verified_at = None if way == Way.ASSOCIATION else at
            person.save(update_fields=["phone", "phone_index", "phone_verified_at"])
            KnownDevice.objects.filter(user=person).exclude(token_index=keep_device).delete()
            end_sessions(person, why=SignedIn.End.PHONE, keep=keep, by=by, at=at)
            _tell(person, old, phone, way, institution, at)
            details = {"way": str(way)} | ({"reason": reason} if reason else {})
            record("account.phone_changed", actor=by, subject=person, institution=institution, at=at, **details)
    except IntegrityError as error:  # somebody proved the same number in this very moment
        raise PhoneTaken from error
    user.phone, user.phone_index, user.phone_verified_at = phone, index, person.phone_verified_at


def _refuse_taken(person: User, index: str) -> None:
    others = User.objects.filter(phone_index=index, phone_verified_at__isnull=False)
    if others.exclude(pk=person.pk).exists():
        raise PhoneTaken


def _tell(person: User, old: str | None, new: str, way: Way, institution: Institution | None, at: datetime) -> None:
    """To the old number always; to the new one where nobody there has answered yet."""
    change = uuid.uuid4()
    if old:
        queue_sms(
            key=f"phone-changed:{change}", template="phone_changed", params={"tail": new[-4:]}, user=person, phone=old,
            institution=institution, at=at,
        )  # fmt: skip
    if way == Way.ASSOCIATION:
        queue_sms(
            key=f"phone-bound:{change}", template="phone_bound", user=person, phone=new, institution=institution, at=at
        )


def note_answered(user: User, *, at: datetime) -> None:
    """A code to the account's number was right: from now on it is verified, unless somebody else proved it first."""
    if user.phone_verified_at is not None or not user.phone_index:
        return
    try:
        with transaction.atomic():
            _refuse_taken(user, user.phone_index)
            user.phone_verified_at = at
            user.save(update_fields=["phone_verified_at"])
            record("account.phone_verified", actor=user, subject=user, at=at)
    except (IntegrityError, PhoneTaken):
        user.phone_verified_at = None
