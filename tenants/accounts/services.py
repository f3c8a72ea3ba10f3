"""People: register them, change what is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import DocumentKind, Gender, User
from tenants.accounts.models.people import pinyin_of
from tenants.accounts.rules import (
    gender_of,
    kind_of,
    normalised_document,
    normalised_name,
    normalised_phone,
    same_name,
)
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class IdentityConflict(DomainError):
    """Neutral on purpose: it does not say whether the number is known."""

    code = "account.identity_conflict"
    message = _("This name and ID number cannot be used together. Check both against the card.")


class PhoneTaken(DomainError):
    """Said only to who has just proved that the phone is in their hand."""

    code = "account.phone_taken"
    message = _(
        "This phone already belongs to another account. Sign in with it, or use a phone number of your own: one phone "
        "can belong to one person only."
    )


class WeakPassword(DomainError):
    code = "account.weak_password"
    status = 400


def pre_register(
    *, id_number: str, name: str, phone: str | None, by: Any, institution: Institution | None, at: datetime,
    document_kind: str = "", gender: str = "",
) -> User:  # fmt: skip
    """The person of this document: a new account with the initial password, or the existing one, untouched.

    18 digits tell their kind and the gender; a passport needs `document_kind` and `gender`. An existing account keeps
    its phone, password and photo whatever is given here (no takeover by a clerk or a sheet); so does one that a
    colleague writes in this very moment. Raises `BadDocument`, `BadPhone`, `BadName`, `IdentityConflict`.
    """
    kind = document_kind or kind_of(id_number)
    number = normalised_document(kind, id_number)
    existing = User.objects.by_document(kind, number)
    if existing is not None:
        return _same_person(existing, name)
    user = new_user(kind=kind, number=number, name=name, gender=gender, at=at)
    if phone:
        user.set_phone(normalised_phone(phone))
    user.set_password(rules_for(PeopleRules, at=at).initial_password)
    try:
        with transaction.atomic():
            user.save()
            record("account.registered", actor=by, subject=user, institution=institution, at=at)
    except IntegrityError:
        meanwhile = User.objects.by_document(kind, number)
        if meanwhile is None:  # it was not about the number
            raise
        return _same_person(meanwhile, name)
    return user


def _same_person(existing: User, name: str) -> User:
    """A closed account is nobody's to enrol; its number is free again once the retention is over."""
    if not same_name(existing.name, name) or existing.closed_at is not None:
        raise IdentityConflict
    return existing


def new_user(*, kind: str, number: str, name: str, gender: str, at: datetime) -> User:
    """An unsaved account of a normalised document; its 17th digit decides the gender where there is one."""
    told = Gender(gender) if kind == DocumentKind.PASSPORT and gender else ""
    user = User(
        name=normalised_name(name), document_kind=kind, created_at=at,
        gender=told if kind == DocumentKind.PASSPORT else Gender(gender_of(number)),
    )  # fmt: skip
    user.set_identity(id_number=number)
    return user


@dataclass(frozen=True)
class Newcomer:
    """Somebody of a sheet without an account: number and name normalised, `phone` a mobile number or empty."""

    number: str
    name: str
    phone: str = ""


def register_newcomers(newcomers: Sequence[Newcomer], *, password_hash: str, at: datetime) -> list[User]:
    """Accounts for people of a sheet, in their order, in the caller's transaction, whose audit row names the sheet.

    `password_hash` is that of the initial password. Only ever writes new accounts: a number that is taken meanwhile
    raises IntegrityError.
    """
    users = []
    for one in newcomers:
        user = new_user(kind=kind_of(one.number), number=one.number, name=one.name, gender="", at=at)
        user.name_pinyin = pinyin_of(user.name)
        user.password = password_hash
        if one.phone:
            user.set_phone(one.phone)
        users.append(user)
    return User.objects.bulk_create(users)


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
    """End of the first sign-in: the phone answered, the initial password is gone. Raises `WeakPassword`, `PhoneTaken`.

    The phone stands on the account; the caller has just had the right code from it.
    """
    try:
        with transaction.atomic():
            set_own_password(user, password, at=at)
            user.activated_at = user.phone_verified_at = at
            user.save(update_fields=["activated_at", "phone_verified_at"])
            record("account.activated", actor=user, subject=user, at=at)
    except IntegrityError as error:
        user.refresh_from_db()
        raise PhoneTaken from error


def update_details(user: User, *, gender: str, email: str, by: Any, at: datetime) -> None:
    """What a person may change alone. Name, ID number and phone have procedures of their own."""
    with transaction.atomic():
        user.gender, user.email = gender, email
        user.save(update_fields=["gender", "email"])
        record("account.details", actor=by, subject=user, at=at)
