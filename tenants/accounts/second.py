"""The second factor in a session: shown, owed, and a key that waits for its first code."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from tenants.accounts import factors
from tenants.accounts.models import SignedIn, User
from tenants.gate import has_factor, note_factor
from tenants.rulesets.rules import StaffRules
from tenants.rulesets.services import rules_for

PENDING_KEY = "second_pending"


def note_shown(request: HttpRequest, user: User, *, at: datetime) -> None:
    """From the next request on this session has the rights of the person's roles here."""
    note_factor(request.session, user, request.tenant, at=at)  # type: ignore[attr-defined]
    SignedIn.objects.filter(session_key=request.session.session_key, ended_at=None).update(second_factor_at=at)


def is_shown(request: HttpRequest) -> bool:
    return has_factor(request.session, request.user, request.tenant)  # type: ignore[attr-defined]


def key_in_waiting(request: HttpRequest, user: User, *, replacing: bool, at: datetime) -> str | None:
    """The key that this session has been shown and may confirm; a fresh one for somebody who has no app yet.

    None where an app is set up and nobody asked to replace it (`wait_for_replacement`).
    """
    noted: Any = request.session.get(PENDING_KEY)
    fresh = noted and at.timestamp() - noted["at"] < rules_for(StaffRules, at=at).enrolment_s
    if fresh and noted["replacing"] == replacing and (key := factors.opened_key(noted["key"], user)):
        return key
    return None if replacing else _wait(request, user, replacing=False, at=at)


def wait_for_replacement(request: HttpRequest, user: User, *, at: datetime) -> None:
    """The old app has just answered: a new one may be set up in this session."""
    _wait(request, user, replacing=True, at=at)


def forget_waiting(request: HttpRequest) -> None:
    request.session.pop(PENDING_KEY, None)


def _wait(request: HttpRequest, user: User, *, replacing: bool, at: datetime) -> str:
    key = factors.new_key()
    request.session[PENDING_KEY] = {
        "key": factors.sealed_key(key, user), "replacing": replacing, "at": at.timestamp()
    }  # fmt: skip
    return key
