"""Authenticator apps of people in tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.people import BEFORE

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(user: Any, *, key: str = KEY, at: datetime = BEFORE) -> list[str]:
    """An authenticator app for `user`, set up at `at`; answers the recovery codes."""
    from tenants.accounts.factors import code_at, confirm_authenticator

    return confirm_authenticator(user, key, code_at(key, at), by=user, institution=None, at=at)


def code_now(*, key: str = KEY, steps: int = 0) -> str:
    """What the app shows at this moment, or `steps` of 30 s later."""
    from django.utils.timezone import now

    from tenants.accounts.factors import code_at

    return code_at(key, now(), steps=steps)
