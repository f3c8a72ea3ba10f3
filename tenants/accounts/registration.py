"""Self-registration: a document, a phone that answers, a password; then the account is active.

Whoever registers learns only what they have paid an SMS to their own phone for, and then one neutral sentence.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import User
from tenants.accounts.rules import same_name
from tenants.accounts.services import PhoneTaken, activate, new_user
from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Institution


class Refused(DomainError):
    """Neutral on purpose: the same words whether name, phone or state of an account that exists stands against it."""

    code = "account.registration_refused"
    message = _(
        "No account can be opened with these details. If you have one already, sign in, or set a new password by SMS. "
        "If that does not help either, bring your document to your training institution."
    )


@dataclass(frozen=True)
class Applicant:
    """What somebody says of themselves, checked for form (`rules.normalised_document`, `normalised_name`)."""

    kind: str
    number: str
    name: str
    gender: str


def account_to_complete(applicant: Applicant, phone: str) -> User | None:
    """The account that this registration would complete, or None where a new one would be opened.

    Only after a code from `phone` was right. An account that an institution made and nobody has used yet is completed
    when name and phone agree; anything else is refused. Raises `Refused`, `PhoneTaken`.
    """
    existing = User.objects.by_document(applicant.kind, applicant.number)
    if existing is not None and not _is_theirs(existing, applicant, phone):
        raise Refused
    holder = User.objects.by_phone(phone)
    if holder is not None and holder != existing:
        raise PhoneTaken
    return existing


def _is_theirs(existing: User, applicant: Applicant, phone: str) -> bool:
    untouched = existing.activated_at is None and existing.is_active
    return (
        untouched and existing.phone_index == blind_index("phone", phone) and same_name(existing.name, applicant.name)
    )


def warn_owner(applicant: Applicant, *, institution: Institution | None, at: datetime) -> None:
    """Tell the owner of an account, at most once a day, that somebody else tried to register with their document."""
    owner = User.objects.by_document(applicant.kind, applicant.number)
    if owner is None or not owner.is_active or owner.phone_verified_at is None:
        return
    with transaction.atomic():
        key = f"account_exists:{owner.uuid}:{at:%Y-%m-%d}"
        queue_sms(key=key, template="account_exists", user=owner, institution=institution, at=at)
        record("account.registration_refused", actor=None, subject=owner, institution=institution, at=at)


def register(applicant: Applicant, phone: str, password: str, *, institution: Institution | None, at: datetime) -> User:
    """Open or complete the account: active, phone verified. Raises `Refused`, `PhoneTaken`, `WeakPassword`."""
    try:
        with transaction.atomic():
            user = account_to_complete(applicant, phone)
            if user is None:
                user = _opened(applicant, phone, institution, at)
            activate(user, password, at=at)
    except IntegrityError as error:  # somebody else was a moment quicker with this document
        raise Refused from error
    return user


def _opened(applicant: Applicant, phone: str, institution: Institution | None, at: datetime) -> User:
    user = new_user(kind=applicant.kind, number=applicant.number, name=applicant.name, gender=applicant.gender, at=at)
    user.set_phone(phone)
    user.set_unusable_password()
    user.save()
    record("account.registered", actor=user, subject=user, institution=institution, at=at, by_self=True)
    return user
