"""Signing in, step by step: password, then a code where the rules ask for one, and only then a session of the person.

Between the steps the session holds who is expected (`pending`), never a signed-in person, so nothing else can open.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate, login
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tenants.accounts import lockout
from tenants.accounts.devices import label_of
from tenants.accounts.models import KnownDevice, User
from tenants.accounts.rules import account_of
from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.requests import address_of
from tenants.roles.backends import spend_a_hash
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

PENDING, PENDING_S = "pending", 900
DEVICE_COOKIE, DEVICE_S = "zx_device", 365 * 24 * 3600
BACKEND = "tenants.roles.backends.TenantBackend"


class CannotSignIn(DomainError):
    """One text for unknown accounts, wrong passwords, delays, closed accounts and the wrong tab alike."""

    code = "signin.failed"
    message = _("The account or the password is not right. After several failures please wait a few minutes.")
    status = 400


@dataclass(frozen=True)
class Pending:
    """Who has given the right password and still owes a code. `stage` is `first` or `code`."""

    user: User
    stage: str
    next: str
    tab: str
    code_passed: bool


def index_of(account: str) -> str:
    """What a typed account is looked up and counted by, however it is spaced; any text has one."""
    return blind_index(*account_of(account))


def needs_captcha(request: HttpRequest, account: str) -> bool:
    """True after the first failure of this account, or of this address."""
    return lockout.needs_captcha(index_of(account) if account else "", address_of(request))


def check_password(
    request: HttpRequest, *, account: str, password: str, at: datetime, may_enter: Callable[[User], bool] | None = None
) -> User:
    """The person of a right account and password, if they may enter here. Raises `CannotSignIn`.

    Unknown, wrong, closed, delayed and not entitled cost the same hash and read the same.
    """
    index = index_of(account)
    attempt = lockout.Attempt.of(index, address_of(request), known_device=_knows_device(request, index), at=at)
    if not lockout.may_try(attempt):
        spend_a_hash(password)
        lockout.note_refused(attempt)
        raise CannotSignIn
    user = authenticate(request, username=index, password=password)
    if not isinstance(user, User) or not (may_enter is None or may_enter(user)):
        lockout.failed(attempt)
        raise CannotSignIn
    lockout.succeeded(attempt)
    return user


def _knows_device(request: HttpRequest, index: str) -> bool:
    """Whether the person of this account has entered a code in this browser before."""
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    whose = Q(user__id_number_index=index) | Q(user__phone_index=index, user__phone_verified_at__isnull=False)
    return bool(token) and KnownDevice.objects.filter(whose, token_index=blind_index("device", token)).exists()


def begin(request: HttpRequest, user: User, *, next_url: str, tab: str, at: datetime) -> str:
    """After the password: sign in at once, or note what is still owed. Returns `done`, `first` or `code`."""
    stage = _stage(request, user, at)
    if stage == "done":
        return stage
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.uuid),
        "stage": stage,
        "next": next_url,
        "tab": tab,
        "at": at.timestamp(),
        "code_passed": False,
    }
    return stage


def _stage(request: HttpRequest, user: User, at: datetime) -> str:
    if user.activated_at is None:
        return "first"
    policy = rules_for(PeopleRules, at=at).code_at_sign_in
    if policy == "always" or (policy == "new_device" and not _known_device(request, user)):
        return "code"
    return "done"


def pending(request: HttpRequest, *, at: datetime) -> Pending | None:
    """What this browser's sign-in still owes; forgotten after 15 minutes."""
    stored: Any = request.session.get(PENDING)
    if not stored or at.timestamp() - stored["at"] > PENDING_S:
        return None
    user = User.objects.filter(uuid=UUID(stored["user"]), is_active=True).first()
    return Pending(user, stored["stage"], stored["next"], stored["tab"], stored["code_passed"]) if user else None


def note_code_passed(request: HttpRequest) -> None:
    request.session[PENDING] = {**request.session[PENDING], "code_passed": True}


def finish(request: HttpRequest, response: HttpResponse, user: User, *, at: datetime) -> None:
    """Open the person's session here and remember the device."""
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    tenant = request.tenant  # type: ignore[attr-defined]
    record("account.signed_in", actor=user, subject=user, institution=tenant, at=at)
    _remember_device(request, response, user, at)


def device_here(request: HttpRequest) -> str:
    """The index of this browser's device token; empty when it has none."""
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    return blind_index("device", token) if token else ""


def _known_device(request: HttpRequest, user: User) -> bool:
    index = device_here(request)
    return bool(index) and KnownDevice.objects.filter(user=user, token_index=index).exists()


def _remember_device(request: HttpRequest, response: HttpResponse, user: User, at: datetime) -> None:
    KnownDevice.objects.update_or_create(
        user=user,
        token_index=keep_device(request, response),
        defaults={"last_seen_at": at},
        create_defaults={
            "first_seen_at": at,
            "last_seen_at": at,
            "label": label_of(request.headers.get("User-Agent", "")),
        },
    )


def keep_device(request: HttpRequest, response: HttpResponse) -> str:
    """Give this browser a token, or its own one again, in `response`; returns the token's index."""
    token = request.COOKIES.get(DEVICE_COOKIE) or secrets.token_urlsafe(32)
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=timedelta(seconds=DEVICE_S),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return blind_index("device", token)
