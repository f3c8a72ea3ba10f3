"""A lost phone is changed in the browser: real camera frames, the real face worker, the real sockets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from tests.support import people
from tests.support.live import daphne, in_thread
from tests.tools.cameraman import confirmed_profile, face_worker
from tests.tools.clips import clips_of
from tests.tools.person import stand_in

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
NEW = "13900139000"
TRIES = 4  # a movement that a busy machine delivered in jerks is done again, as on the page

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def person(lingzhu: Any, in_tenant: Any, cache_folder: Path) -> Any:
    """A trainee with photos a clerk has confirmed, and the clips of their face."""
    user, clips = people.make_user("李建国"), clips_of(FACE, cache_folder)
    with in_tenant(lingzhu):
        confirmed_profile(user, lingzhu, clips, at=now(), clerk=people.make_user("何敏"))
    cookie = people.signed_in(user, lingzhu).cookies["sessionid"].value
    return user, clips, cookie


def code_to(phone: str) -> str:
    from tenants.messages.models import Sms

    sms = next(sms for sms in Sms.objects.filter(holds_code=True).order_by("-id") if sms.phone == phone)
    found = re.search(r"\d{6}", sms.text)
    assert found
    return found.group()


def pass_check(page: Any) -> None:
    """Press, do what is asked, and try again where a movement was not seen well."""
    page.locator("[data-do=check]").click()
    for _try in range(TRIES):
        page.locator("#id_phone, [data-view=failed]").first.wait_for()
        if page.locator("#id_phone").count():
            return
        page.locator("[data-do=retry]").click()
    raise AssertionError(page.locator("[data-panel]").inner_text())


def test_the_face_check_leads_from_the_lost_phone_to_the_new_one(person: Any, lingzhu: Any) -> None:
    from playwright.sync_api import sync_playwright

    from tenants.accounts.models import User
    from tests.e2e.browser import CHROMIUM, FLAGS, WIDE

    user, clips, cookie = person
    with face_worker(), daphne() as web, sync_playwright() as playwright:
        site = web.site(lingzhu)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(locale="zh-CN", viewport=WIDE)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        page = context.new_page()
        stand_in(page, clips)
        page.goto(f"{site}/my/security/phone/")
        page.get_by_role("link", name="去刷脸").click()
        pass_check(page)
        page.locator("#id_phone").fill(NEW)
        page.locator("form:has(#id_phone) button[type=submit]").click()
        page.wait_for_url("**/confirm/")
        page.locator("#id_code").fill(in_thread(lambda: code_to(NEW), scope=lingzhu))
        page.locator("form:has(#id_code) button[type=submit]").click()
        page.wait_for_url("**/my/security/")
        assert "手机号已更换" in page.locator(".toast").inner_text()
        assert "139****9000" in page.locator("main").inner_text()
        browser.close()
        assert in_thread(lambda: User.objects.get(pk=user.pk).phone, scope=lingzhu) == NEW
