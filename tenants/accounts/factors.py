"""The second factor of staff: codes of an authenticator app (RFC 6238), and recovery codes for the day it is lost."""

import base64
import os
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp.oath import TOTP

from tenants.accounts.models import Authenticator, RecoveryCode, User
from tenants.audit.services import record
from tenants.crypto import CannotOpen, blind_index, open_sealed, seal
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.rulesets.rules import StaffRules
from tenants.rulesets.services import rules_for

KEY_BYTES = 20  # RFC 4226 recommends 160 bits
STEP_S, DIGITS, DRIFT_STEPS = 30, 6, 1
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without what is mistaken for something else
RECOVERY_LENGTH = 10


class WrongFactor(DomainError):
    """One text for wrong, replayed and late codes."""

    code = "factor.wrong"
    message = _("This code is wrong, too old or already used. Wait for the next one in your app and type that.")
    status = 400


class FactorLocked(DomainError):
    code = "factor.locked"
    status = 429


class NoFactor(DomainError):
    code = "factor.none"
    message = _("No authenticator app is set up for this account yet.")
    status = 400


# --- keys ---------------------------------------------------------------------------------------------------------


def new_key() -> str:
    """A fresh key in base32, as apps take it."""
    return base64.b32encode(os.urandom(KEY_BYTES)).decode()


def key_uri(key: str, user: User) -> str:
    """What the QR code says. Holds the person's name, no number."""
    issuer = settings.WAGTAIL_SITE_NAME
    query = urlencode({"secret": key, "issuer": issuer, "digits": DIGITS, "period": STEP_S}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(user.name)}?{query}"


def sealed_key(key: str, user: User) -> str:
    """The key as a session may hold it until a first code confirms it."""
    return base64.b64encode(seal(key.encode(), _pending(user))).decode()


def opened_key(sealed: str, user: User) -> str | None:
    """The key of `sealed_key`, or None when it is not this person's."""
    try:
        return open_sealed(base64.b64decode(sealed), _pending(user)).decode()
    except (CannotOpen, ValueError):
        return None


def _pending(user: User) -> str:
    return f"pending authenticator|{user.uuid}"


def code_at(key: str, at: datetime, *, steps: int = 0) -> str:
    """The six digits that an app shows at `at`, or `steps` time steps later."""
    totp = _totp(key, at)
    totp.drift = steps
    return f"{totp.token():0{DIGITS}d}"


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def _totp(key: str, at: datetime) -> TOTP:
    totp = TOTP(base64.b32decode(key), step=STEP_S, digits=DIGITS)
    totp.time = at.timestamp()
    return totp


def _step_of(key: str, digits: str, after: int, at: datetime) -> int | None:
    """The time step that `digits` belong to, later than `after`; None when they fit nowhere."""
    digits = "".join(digits.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdigit():
        return None
    totp = _totp(key, at)
    return int(totp.t()) if totp.verify(int(digits), tolerance=DRIFT_STEPS, min_t=after + 1) else None


# --- setting up -----------------------------------------------------------------------------------------------------


def has_authenticator(user: User) -> bool:
    return Authenticator.objects.filter(user=user, confirmed_at__isnull=False).exists()


def confirm_authenticator(
    user: User, key: str, digits: str, *, by: Any, institution: Institution | None, at: datetime
) -> list[str]:
    """Keep `key` as the person's app once a first code of it is right; answers the new recovery codes.

    Replaces what was there. Raises `WrongFactor`.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        step = _step_of(key, digits, -1, at)
        if step is None:
            raise WrongFactor
        deleted, _rows = Authenticator.objects.filter(user=user).delete()
        Authenticator(user=user, key=key, created_at=at, confirmed_at=at, last_step=step).save()
        action = "second_factor.replaced" if deleted else "second_factor.set_up"
        record(action, actor=by, subject=user, institution=institution, at=at)
        return make_recovery_codes(user, by=by, institution=institution, at=at)


def make_recovery_codes(user: User, *, by: Any, institution: Institution | None, at: datetime) -> list[str]:
    """Fresh codes like `k7f3m-9x2qp`; the old ones are void. They are nowhere but in the answer."""
    codes = [_recovery_code() for _number in range(_rules(at).recovery_codes)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, code_index=_recovery_index(user, code), created_at=at) for code in codes
        )
        record("second_factor.codes_made", actor=by, subject=user, institution=institution, at=at, codes=len(codes))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _recovery_code() -> str:
    return "".join(secrets.choice(LETTERS) for _number in range(RECOVERY_LENGTH))


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def reset_second_factor(user: User, *, reason: str, by: Any, institution: Institution | None, at: datetime) -> None:
    """Forget app and recovery codes: the next sign-in sets up a new one. Ending the sessions is the caller's.

    Raises `NoFactor`.
    """
    with transaction.atomic():
        deleted, _rows = Authenticator.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        if not deleted:
            raise NoFactor
        record("second_factor.reset", actor=by, subject=user, institution=institution, at=at, reason=reason)


# --- showing it -----------------------------------------------------------------------------------------------------


def check_factor(user: User, answer: str, *, institution: Institution | None, at: datetime) -> str:
    """Use up a code of the app, or a recovery code. Answers `app` or `recovery`.

    Raises `WrongFactor`, `FactorLocked`, `NoFactor`; a failed try is counted and stays counted.
    """
    with transaction.atomic():
        app = Authenticator.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        if app is None:
            raise NoFactor
        if app.locked_until is not None and app.locked_until > at:
            raise _locked(app.locked_until, at)
        way = _take(app, user, answer, at)
        if way:
            app.failures, app.locked_until = 0, None
        else:
            _count_failure(app, at)
        app.save(update_fields=["last_step", "failures", "locked_until"])
        if way:
            action = "second_factor.shown" if way == "app" else "second_factor.recovery_used"
            record(action, actor=user, subject=user, institution=institution, at=at)
        elif app.locked_until is not None:
            record("second_factor.locked", actor=user, subject=user, institution=institution, at=at, tries=app.failures)
    if not way:
        raise _locked(app.locked_until, at) if app.locked_until else WrongFactor()
    return way


def _take(app: Authenticator, user: User, answer: str, at: datetime) -> str:
    """Which way `answer` is right: `app`, `recovery`, or empty. Uses it up."""
    step = _step_of(app.key, answer, app.last_step, at)
    if step is not None:
        app.last_step = step
        return "app"
    unused = RecoveryCode.objects.filter(user=user, code_index=_recovery_index(user, answer), used_at=None)
    return "recovery" if unused.update(used_at=at) else ""


def _count_failure(app: Authenticator, at: datetime) -> None:
    """One more failure; each `factor_tries` in a row lock for longer, never for good."""
    rules = _rules(at)
    app.failures, app.locked_until = min(app.failures + 1, 30_000), None
    if app.failures % rules.factor_tries == 0:
        times = app.failures // rules.factor_tries
        seconds = rules.factor_locks_s[min(times, len(rules.factor_locks_s)) - 1]
        app.locked_until = at + timedelta(seconds=seconds)


def _locked(until: datetime, at: datetime) -> FactorLocked:
    minutes = max(1, -(-int((until - at).total_seconds()) // 60))
    return FactorLocked(_("Too many wrong codes. Please try again in %(minutes)s min.") % {"minutes": minutes})


def _recovery_index(user: User, code: str) -> str:
    plain = "".join(letter for letter in code if letter.isalnum()).lower()
    return blind_index(f"recovery_code:{user.uuid}", plain)


def _rules(at: datetime) -> StaffRules:
    return rules_for(StaffRules, at=at)
