"""Six-digit SMS codes: five minutes, five tries, single use; so many for a number, an address, an institution.

A code goes to a person's own phone (`send_code`), or to a number whose owner is not known yet (`send_code_to`).
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import CodePurpose, PhoneCode, User
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.messages.services import NoPhone, queue_sms
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

DAY = timedelta(days=1)


class TooSoon(DomainError):
    code = "code.too_soon"
    message = _("A code was sent a moment ago. Please wait a minute before asking for another.")
    status = 429


class TooMany(DomainError):
    code = "code.too_many"
    message = _("No more codes can be sent to this number today. Please try again tomorrow.")
    status = 429


class TooManyHere(DomainError):
    code = "code.too_many_here"
    message = _(
        "Too many codes were asked for from your network today. Please try again tomorrow, or use another network."
    )
    status = 429


class NoPhoneOnFile(NoPhone):
    message = _(
        "No mobile phone is registered for this account, so no code can be sent. Please bring your identity document "
        "to your training institution or call the association."
    )


class WrongCode(DomainError):
    code = "code.wrong"
    message = _("The code is wrong or no longer valid. Check the latest message, or ask for a new code.")
    status = 400


def send_code(
    user: User, purpose: CodePurpose, *, institution: Institution | None, address: str, at: datetime
) -> PhoneCode:
    """Queue a fresh code to the person's own phone. `address`: whence it is asked for (`address_of(request)`).

    Raises `NoPhone`, `TooSoon`, `TooMany`, `TooManyHere`.
    """
    if not user.phone:
        raise NoPhoneOnFile
    return send_code_to(user.phone, purpose, user=user, institution=institution, address=address, at=at)


def send_code_to(
    phone: str, purpose: CodePurpose, *, user: User | None = None, institution: Institution | None, address: str,
    at: datetime,
) -> PhoneCode:  # fmt: skip
    """Queue a fresh code to `phone` (normalised), whoever it belongs to. Raises `TooSoon`, `TooMany`, `TooManyHere`.

    Keep the code's `uuid` where `user` is None: `check_code_of` asks for it.
    """
    minutes = rules_for(PeopleRules, at=at).code_valid_s // 60
    with transaction.atomic():
        code, digits = _made(blind_index("phone", phone), purpose, user, institution, address, at)
        queue_sms(
            key=f"code:{code.uuid}", template=f"code_{purpose.value}", params={"code": digits, "minutes": minutes},
            phone=phone, user=user, institution=institution, at=at,
        )  # fmt: skip
    return code


def make_decoy(
    account_index: str, purpose: CodePurpose, *, institution: Institution | None, address: str, at: datetime
) -> PhoneCode:
    """The code of an account that does not exist or has no phone: the same work, caps and errors, but nobody gets it.

    Who asks cannot tell it from the code of a person.
    """
    minutes = rules_for(PeopleRules, at=at).code_valid_s // 60
    with transaction.atomic():
        code, digits = _made(account_index, purpose, None, institution, address, at)
        undo = transaction.savepoint()
        queue_sms(
            key=f"code:{code.uuid}", template=f"code_{purpose.value}", params={"code": digits, "minutes": minutes},
            phone="10000000000", institution=institution, at=at,
        )  # fmt: skip
        transaction.savepoint_rollback(undo)
    return code


def _made(
    phone_index: str,
    purpose: CodePurpose,
    user: User | None,
    institution: Institution | None,
    address: str,
    at: datetime,
) -> tuple[PhoneCode, str]:
    """A code within the caps, saved, and its digits. Two requests for one number or address wait for each other."""
    rules = rules_for(PeopleRules, at=at)
    address_index = blind_index("address", address) if address else ""
    _wait_turn(phone_index, address_index)
    _refuse_beyond_caps(rules, phone_index, address_index, institution, at)
    code = PhoneCode(
        user=user, purpose=purpose, phone_index=phone_index, address_index=address_index, institution=institution,
        created_at=at, expires_at=at + timedelta(seconds=rules.code_valid_s),
    )  # fmt: skip
    digits = f"{secrets.randbelow(1_000_000):06d}"
    code.code_index = _index(code, digits)
    code.save()
    return code, digits


def _wait_turn(*indexes: str) -> None:
    """Advisory locks until the end of the transaction, always in one order."""
    with connection.cursor() as cursor:
        for index in sorted(filter(None, indexes)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"code:{index}"])


def _refuse_beyond_caps(
    rules: PeopleRules, phone_index: str, address_index: str, institution: Institution | None, at: datetime
) -> None:
    today = PhoneCode.objects.filter(created_at__gt=at - DAY)
    if _wait_s(phone_index, at=at):
        raise TooSoon
    if today.filter(phone_index=phone_index).count() >= rules.codes_a_day:
        raise TooMany
    if address_index and today.filter(address_index=address_index).count() >= rules.codes_a_day_address:
        raise TooManyHere
    cap = rules.codes_a_day_institution
    if cap and institution is not None and today.filter(institution=institution).count() >= cap:
        raise TooManyHere(_("No more codes can be sent from this website today. Please try again tomorrow."))


def wait_s(user: User, *, at: datetime) -> int:
    """Seconds until another code may go to the person's phone; 0 when it may now."""
    return wait_s_of(user.phone or "", at=at)


def wait_s_of(phone: str, *, at: datetime) -> int:
    """Seconds until another code may go to `phone` (normalised); 0 when it may now."""
    return _wait_s(blind_index("phone", phone), at=at)


def _wait_s(phone_index: str, *, at: datetime) -> int:
    latest = PhoneCode.objects.filter(phone_index=phone_index).order_by("-created_at", "-id").first()
    if latest is None:
        return 0
    again = latest.created_at + timedelta(seconds=rules_for(PeopleRules, at=at).code_again_after_s)
    return max(0, round((again - at).total_seconds()))


def check_code(user: User, purpose: CodePurpose, digits: str, *, phone: str | None = None, at: datetime) -> None:
    """Use up the latest code that went to the person's phone, or to `phone`. Raises `WrongCode`.

    The failed try is counted and stays counted. A code for a number that is no longer theirs is void.
    """
    index = blind_index("phone", phone or user.phone or "")
    latest = PhoneCode.objects.filter(user=user, purpose=purpose, phone_index=index).order_by("-created_at", "-id")
    check_code_of(latest.values_list("uuid", flat=True).first(), purpose, digits, at=at)


def check_code_of(uuid: UUID | str | None, purpose: CodePurpose, digits: str, *, at: datetime) -> PhoneCode:
    """Use up the code with this uuid (kept in the session, never shown). Raises `WrongCode`; the try stays counted."""
    tries = rules_for(PeopleRules, at=at).code_tries
    with transaction.atomic():
        code = PhoneCode.objects.select_for_update().filter(uuid=uuid, purpose=purpose).first() if uuid else None
        right = False
        if code is not None and code.used_at is None and code.expires_at > at and code.tries < tries:
            right = secrets.compare_digest(code.code_index, _index(code, digits.strip()))
            code.tries += 1
            code.used_at = at if right else None
            code.save(update_fields=["tries", "used_at"])
    if code is None or not right:
        raise WrongCode
    return code


def is_under_way(user: User, purpose: CodePurpose, *, at: datetime) -> bool:
    """Whether a code for this purpose is at the person's phone and may still be typed."""
    index = blind_index("phone", user.phone or "")
    sent = PhoneCode.objects.filter(user=user, purpose=purpose, phone_index=index, used_at=None, expires_at__gt=at)
    return sent.exists()


def latest_uuid(phone_index: str, purpose: CodePurpose) -> str:
    """The code that went last to this number for this purpose; empty when none did."""
    latest = PhoneCode.objects.filter(phone_index=phone_index, purpose=purpose).order_by("-created_at", "-id")
    return str(latest.values_list("uuid", flat=True).first() or "")


def _index(code: PhoneCode, digits: str) -> str:
    return blind_index(f"phone_code:{code.uuid}", digits)
