"""What a person asks of us about their own data: a copy, a correction (PIPL chapter 4). Closing is in `closing.py`."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import DataRequest, DocumentKind, Gender, User
from tenants.accounts.rules import kind_of, normalised_document, normalised_name
from tenants.accounts.services import IdentityConflict
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.services import NoPhone, queue_sms
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for

FIELDS = {"name": _("Name"), "id_number": _("ID number"), "gender": _("Gender")}
CORRECTION = "个人信息更正"  # in SMS, always Chinese


class NotYours(DomainError):
    code = "data_request.not_yours"
    message = _("Only the person can ask this.")
    status = 403


class AskedAlready(DomainError):
    code = "data_request.asked_already"
    message = _("You have asked for this already. The request is listed on this page; one at a time is enough.")


class NothingToChange(DomainError):
    code = "data_request.nothing_to_change"
    message = _("This is what we hold already.")
    status = 400


class NotOpen(DomainError):
    code = "data_request.not_open"
    message = _("This request has been answered or withdrawn in the meantime.")


class AnswerMissing(DomainError):
    code = "data_request.answer_missing"
    message = _("Write down why it is refused. The person reads this sentence.")
    status = 400


@dataclass(frozen=True)
class Wish:
    """A correction: which `field` (a key of FIELDS) should hold which `value`, and `why` in the person's words."""

    field: str
    value: str
    why: str = ""

    @classmethod
    def of(cls, request: DataRequest) -> "Wish":
        """The wish of a stored correction; empty once it was anonymised."""
        return cls(**json.loads(request.wish)) if request.wish else cls("", "")


def checked_value(user: User, field: str, value: str) -> str:
    """The value as it would be stored. Raises `BadName`, `BadDocument`, `NothingToChange`."""
    if field == "name":
        value = normalised_name(value)
    elif field == "id_number":
        value = normalised_document(_kind_for(user, value), value)
    elif value not in Gender.values:
        raise NothingToChange
    if value == getattr(user, field):
        raise NothingToChange
    return value


def _kind_for(user: User, number: str) -> str:
    """A passport stays one; of the others the number itself says what it is."""
    return user.document_kind if user.document_kind == DocumentKind.PASSPORT else kind_of(number)


def open_request(user: User, kind: str) -> DataRequest | None:
    return DataRequest.objects.filter(user=user, kind=kind, state=DataRequest.State.OPEN).first()


def ask(
    user: User, kind: str, *, by: User, at: datetime, wish: str | None = None, days: int | None = None
) -> DataRequest:
    """Write a request down; due after `days`, by default the ruleset's. Raises `NotYours`, `AskedAlready`."""
    if by.pk != user.pk:
        raise NotYours
    days = rules_for(RetentionRules, at=at).request_due_days if days is None else days
    request = DataRequest(user=user, kind=kind, wish=wish, created_at=at, due_at=at + timedelta(days=days))
    try:
        with transaction.atomic():
            request.save()
            record("data_request.opened", actor=by, subject=request, at=at, kind=kind)
    except IntegrityError as error:
        raise AskedAlready from error
    return request


def ask_export(user: User, *, by: User, at: datetime) -> DataRequest:
    """Ask for a copy; while one lies ready to be downloaded there is no second. Raises `AskedAlready`."""
    if ready_export(user, at=at) is not None:
        raise AskedAlready
    return ask(user, DataRequest.Kind.EXPORT, by=by, at=at)


def ready_export(user: User, *, at: datetime) -> DataRequest | None:
    """The copy that can be downloaded now."""
    exports = DataRequest.objects.filter(user=user, kind=DataRequest.Kind.EXPORT, expires_at__gt=at)
    return exports.exclude(file="").first()


def ask_correction(user: User, wish: Wish, *, by: User, at: datetime) -> DataRequest:
    """Ask the association to correct name, number or gender.

    Whether another person has the wished number is not looked at here: the answer would tell.
    """
    value = checked_value(user, wish.field, wish.value)
    wish = Wish(wish.field, value, wish.why.strip()[:300])
    return ask(user, DataRequest.Kind.CORRECT, by=by, at=at, wish=json.dumps(asdict(wish), ensure_ascii=False))


@transaction.atomic
def take_back(request: DataRequest, *, by: User, at: datetime) -> None:
    """The person does not want it any more. Raises `NotYours`, `NotOpen`."""
    request = _locked(request)
    if by.pk != request.user_id:
        raise NotYours
    _end(request, DataRequest.State.WITHDRAWN, by=by, at=at)


@transaction.atomic
def accept_correction(request: DataRequest, *, answer: str = "", by: User, at: datetime) -> User:
    """The association has seen proof. Raises `NotOpen`, `NotYours`, `IdentityConflict`, `NothingToChange`."""
    request = _locked(request)
    _decidable(request, by)
    wish = Wish.of(request)
    user = correct_identity(request.user, field=wish.field, value=wish.value, by=by, at=at)
    request.answer = answer.strip()[:300]
    _end(request, DataRequest.State.DONE, by=by, at=at)
    tell(request, "data_request_done", at=at, what=CORRECTION)
    return user


@transaction.atomic
def refuse_correction(request: DataRequest, *, answer: str, by: User, at: datetime) -> None:
    """Not corrected, and why. Raises `AnswerMissing`, `NotOpen`, `NotYours`."""
    request = _locked(request)
    _decidable(request, by)
    if not answer.strip():
        raise AnswerMissing
    request.answer = answer.strip()[:300]
    _end(request, DataRequest.State.REFUSED, by=by, at=at)
    tell(request, "data_request_refused", at=at, what=CORRECTION)


def correct_identity(user: User, *, field: str, value: str, by: User, at: datetime) -> User:
    """Put one field right, with its look-up key. Raises `IdentityConflict` (neutral) where the number is another's.

    Certificates that were issued keep what they say: whoever decides sees them listed, to be issued anew.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    value = checked_value(user, field, value)
    fields = [field]
    if field == "id_number":
        user.document_kind = _kind_for(user, value)
        user.set_identity(id_number=value)
        fields += ["id_number_index", "document_kind"]
    else:
        setattr(user, field, value)
        fields += ["name_pinyin"] if field == "name" else []
    try:
        with transaction.atomic():
            user.save(update_fields=fields)
    except IntegrityError as error:
        raise IdentityConflict from error
    record("account.corrected", actor=by, subject=user, at=at, field=field)
    return user


def _locked(request: DataRequest) -> DataRequest:
    return DataRequest.objects.select_for_update(of=("self",)).select_related("user").get(pk=request.pk)


def _decidable(request: DataRequest, by: User) -> None:
    if request.kind != DataRequest.Kind.CORRECT or request.state != DataRequest.State.OPEN:
        raise NotOpen
    if by.pk == request.user_id:
        raise NotYours(_("Nobody decides about a request of their own."))


def _end(request: DataRequest, state: str, *, by: Any, at: datetime) -> None:
    if request.state != DataRequest.State.OPEN:
        raise NotOpen
    request.state, request.decided_at, request.decided_by = state, at, by
    request.save(update_fields=["state", "decided_at", "decided_by", "answer"])
    record("data_request.ended", actor=by, subject=request, at=at, kind=request.kind, state=str(state))


def tell(request: DataRequest, template: str, *, at: datetime, **params: object) -> None:
    """An SMS about a request, once a template. Without a phone the person's page says it."""
    with suppress(NoPhone):
        queue_sms(
            key=f"{template}:{request.uuid}", template=template, params=params, user=request.user, institution=None,
            at=at,
        )  # fmt: skip
