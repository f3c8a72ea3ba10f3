"""Signing in, step by step: password, then a code where the rules ask for one, and only then a session of the person.

Between the steps the session holds who is expected (`pending`), never a signed-in person, so nothing else can open.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate, login
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import KnownDevice, User
from tenants.accounts.rules import BadIdNumber, normalised_id_number
from tenants.audit.services import record
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.roles.backends import account_index
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

PENDING, PENDING_S = "pending", 900
DEVICE_COOKIE, DEVICE_S = "zx_device", 365 * 24 * 3600
BACKEND = "tenants.roles.backends.TenantBackend"
cache = caches["province"]


class CannotSignIn(DomainError):
    """One text for unknown accounts, wrong passwords and locked pairs alike."""

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


def _index_of(account: str) -> str:
    """What a typed account is looked up and counted by, however it is spaced; any text has one."""
    try:
        return account_index(normalised_id_number(account))
    except BadIdNumber:
        return account_index(account[:64])


def _failures_key(account: str) -> str:
    return f"signin-failures:{_index_of(account)}"


def needs_captcha(account: str) -> bool:
    """True after the first failure of this account."""
    return bool(account and cache.get(_failures_key(account)))


def check_password(request: HttpRequest, *, account: str, password: str) -> User:
    """The person of a right account and password. Raises `CannotSignIn`."""
    user = authenticate(request, username=_index_of(account), password=password)
    if not isinstance(user, User):
        cache.set(_failures_key(account), 1, 3600)
        raise CannotSignIn
    cache.delete(_failures_key(account))
    return user


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


def _known_device(request: HttpRequest, user: User) -> bool:
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    return bool(token) and KnownDevice.objects.filter(user=user, token_index=blind_index("device", token)).exists()


def _remember_device(request: HttpRequest, response: HttpResponse, user: User, at: datetime) -> None:
    token = request.COOKIES.get(DEVICE_COOKIE) or secrets.token_urlsafe(32)
    KnownDevice.objects.update_or_create(
        user=user,
        token_index=blind_index("device", token),
        defaults={"last_seen_at": at},
        create_defaults={"first_seen_at": at, "last_seen_at": at, "label": request.headers.get("User-Agent", "")[:120]},
    )
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=timedelta(seconds=DEVICE_S),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
