"""What a change of phone has got so far: kept in the person's session, the new number sealed."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tenants.accounts.phones import Way
from tenants.crypto import CannotOpen, open_sealed, seal
from tenants.requests import TenantRequest
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

KEY, AAD = "phone_change", "session|{user}|new_phone"


@dataclass(frozen=True)
class Proved:
    """The person has shown that it is them: by which way, and the new number once it is typed (else empty)."""

    way: Way
    phone: str


def proved(request: TenantRequest, *, at: datetime) -> Proved | None:
    """The proof that still counts, or None."""
    stored: Any = request.session.get(KEY)
    valid_s = rules_for(PeopleRules, at=at).phone_proof_s
    if not stored or at - datetime.fromisoformat(stored["at"]) > timedelta(seconds=valid_s):
        return None
    return Proved(Way(stored["way"]), _opened(request, stored.get("phone", "")))


def note_proved(request: TenantRequest, way: Way, *, at: datetime) -> None:
    request.session[KEY] = {"way": way.value, "at": at.isoformat()}


def note_number(request: TenantRequest, phone: str) -> None:
    """Sessions lie in the database as they are, so the number is sealed."""
    sealed = seal(phone.encode(), AAD.format(user=request.user.uuid))
    request.session[KEY] = {**request.session[KEY], "phone": base64.b64encode(sealed).decode()}


def forget(request: TenantRequest) -> None:
    request.session.pop(KEY, None)


def _opened(request: TenantRequest, text: str) -> str:
    try:
        return open_sealed(base64.b64decode(text), AAD.format(user=request.user.uuid)).decode() if text else ""
    except CannotOpen:  # its key has left the ring meanwhile
        return ""
