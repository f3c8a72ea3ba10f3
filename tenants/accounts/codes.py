"""Six-digit SMS codes: five minutes, five tries, single use, one a minute, five a day."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import CodePurpose, PhoneCode, User
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class TooSoon(DomainError):
    code = "code.too_soon"
    message = _("A code was sent a moment ago. Please wait a minute before asking for another.")
    status = 429


class TooMany(DomainError):
    code = "code.too_many"
    message = _("No more codes can be sent to this number today. Please try again tomorrow.")
    status = 429


class WrongCode(DomainError):
    code = "code.wrong"
    message = _("The code is wrong or no longer valid. Check the latest message, or ask for a new code.")
    status = 400


def _index(code: PhoneCode, digits: str) -> str:
    return blind_index(f"phone_code:{code.uuid}", digits)


def latest_code(user: User, purpose: CodePurpose) -> PhoneCode | None:
    return PhoneCode.objects.filter(user=user, purpose=purpose).order_by("-created_at").first()


def wait_s(user: User, purpose: CodePurpose, *, at: datetime) -> int:
    """Seconds until another code may be asked for; 0 when it may be now."""
    code = latest_code(user, purpose)
    if code is None:
        return 0
    again = code.created_at + timedelta(seconds=rules_for(PeopleRules, at=at).code_again_after_s)
    return max(0, round((again - at).total_seconds()))


def send_code(user: User, purpose: CodePurpose, *, institution: Institution | None, at: datetime) -> PhoneCode:
    """Queue a fresh code to the person's phone. Raises `TooSoon`, `TooMany`, `NoPhone`."""
    rules = rules_for(PeopleRules, at=at)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if wait_s(user, purpose, at=at):
            raise TooSoon
        if PhoneCode.objects.filter(user=user, created_at__gt=at - timedelta(days=1)).count() >= rules.codes_a_day:
            raise TooMany
        digits = f"{secrets.randbelow(1_000_000):06d}"
        code = PhoneCode(
            user=user, purpose=purpose, created_at=at, expires_at=at + timedelta(seconds=rules.code_valid_s)
        )
        code.code_index = _index(code, digits)
        code.save()
        queue_sms(
            key=f"code:{code.uuid}", template="code", params={"code": digits, "minutes": rules.code_valid_s // 60},
            user=user, institution=institution, at=at,
        )  # fmt: skip
    return code


def check_code(user: User, purpose: CodePurpose, digits: str, *, at: datetime) -> None:
    """Use up the latest code. Raises `WrongCode`; the failed try is counted and stays counted."""
    rules = rules_for(PeopleRules, at=at)
    with transaction.atomic():
        code = PhoneCode.objects.select_for_update().filter(user=user, purpose=purpose).order_by("-created_at").first()
        right = False
        if code is not None and code.used_at is None and code.expires_at > at and code.tries < rules.code_tries:
            right = secrets.compare_digest(code.code_index, _index(code, digits.strip()))
            code.tries += 1
            code.used_at = at if right else None
            code.save(update_fields=["tries", "used_at"])
    if not right:
        raise WrongCode
