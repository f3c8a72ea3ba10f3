"""The doors in tests: a browser at a host, the captcha read from its row, the code from the last SMS."""

from __future__ import annotations

import re
from typing import Any


def browser_at(institution: Any, address: str = "203.0.113.1") -> Any:
    """A visitor's browser on the institution's host, from this network address."""
    from django.test import Client

    return Client(headers={"host": institution.host}, REMOTE_ADDR=address)


def captcha(page: Any) -> dict[str, str]:
    """The two fields of the captcha that `page` (a response) shows, rightly filled in."""
    from captcha.models import CaptchaStore

    key = re.search(r'name="captcha_0" value="(\w+)"', page.content.decode())
    assert key, "the page shows no captcha"
    return {"captcha_0": key[1], "captcha_1": CaptchaStore.objects.get(hashkey=key[1]).response}


def sign_in(browser: Any, account: str, password: str, **more: Any) -> Any:
    """Type an account and a password, and the captcha where the page asks for one (at once, or on second thoughts)."""
    fields = {"account": account, "password": password, **more}
    page = browser.get("/signin/")
    shown = captcha(page) if b"captcha_0" in page.content else {}
    answer = browser.post("/signin/", fields | shown)
    if not shown and answer.status_code == 400 and b"callout-bad" not in answer.content:
        answer = browser.post("/signin/", fields | captcha(answer))
    return answer


def is_in(answer: Any) -> bool:
    """Whether the password was taken: on to the code, to the first sign-in or home."""
    return bool(answer.status_code == 302)


def latest_code(phone: str | None = None) -> str:
    """The digits of the newest SMS with a code, to anybody or to `phone`."""
    from tenants.crypto import blind_index
    from tenants.messages.models import Sms

    sent = Sms.objects.filter(holds_code=True).order_by("-id")
    if phone is not None:
        sent = sent.filter(phone_index=blind_index("phone", phone))
    return re.search(r"\d{6}", sent[0].text).group()  # type: ignore[union-attr]


def words(answer: Any) -> str:
    """What a page says, without tokens, captchas, what was typed, and the seconds that have passed."""
    return re.sub(r'value="[^"]*"|data-resend-after="\d+"|captcha/image/\w+|[0-9a-f]{40}', "", answer.content.decode())


def later(monkeypatch: Any, seconds: float) -> None:
    """The clock of the sign-in pages goes `seconds` ahead of the real one from here on."""
    from datetime import timedelta

    from django.utils import timezone

    from tenants.accounts import recovery_views, registration_views, views

    ahead = timedelta(seconds=seconds)
    for room in (views, registration_views, recovery_views):
        monkeypatch.setattr(room, "now", lambda: timezone.now() + ahead)
