"""People: register them, change what is theirs."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import DocumentKind, Gender, User
from tenants.accounts.rules import gender_of, normalised_id_number, normalised_phone
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class IdentityConflict(DomainError):
    """Neutral on purpose: it does not say whether the number is known."""

    code = "account.identity_conflict"
    message = _("This name and ID number cannot be used together. Check both against the card.")


class WeakPassword(DomainError):
    code = "account.weak_password"
    status = 400


def pre_register(
    *, id_number: str, name: str, phone: str | None, by: Any, institution: Institution | None, at: datetime,
    document_kind: str = DocumentKind.RESIDENT_ID,
) -> User:  # fmt: skip
    """The person of this ID number: a new account with the initial password, or the existing one, untouched.

    An existing account keeps its phone, password and photo whatever is given here (no takeover by a clerk or a
    sheet). Raises `BadIdNumber`, `BadPhone`, `IdentityConflict`.
    """
    number = normalised_id_number(id_number)
    existing = User.objects.by_id_number(number)
    if existing is not None:
        if existing.name != name.strip():
            raise IdentityConflict
        return existing
    user = User(name=name.strip(), document_kind=document_kind, gender=Gender(gender_of(number)), created_at=at)
    user.set_identity(id_number=number, phone=normalised_phone(phone) if phone else None)
    user.set_password(rules_for(PeopleRules, at=at).initial_password)
    with transaction.atomic():
        user.save()
        record("account.registered", actor=by, subject=user, institution=institution, at=at)
    return user


def set_own_password(user: User, password: str, *, at: datetime) -> None:
    """The person's own new password. Raises `WeakPassword` with the sentences of what is missing."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
    user.set_password(password)
    user.password_set_at = at
    user.save(update_fields=["password", "password_set_at"])
    record("account.password_set", actor=user, subject=user, at=at)


def activate(user: User, password: str, *, at: datetime) -> None:
    """End of the first sign-in: the phone answered, the initial password is gone."""
    with transaction.atomic():
        set_own_password(user, password, at=at)
        user.activated_at = user.phone_verified_at = at
        user.save(update_fields=["activated_at", "phone_verified_at"])
        record("account.activated", actor=user, subject=user, at=at)


def update_details(user: User, *, gender: str, email: str, by: Any, at: datetime) -> None:
    """What a person may change alone. Name, ID number and phone have procedures of their own."""
    with transaction.atomic():
        user.gender, user.email = gender, email
        user.save(update_fields=["gender", "email"])
        record("account.details", actor=by, subject=user, at=at)
