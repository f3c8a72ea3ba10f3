"""The captcha in a real Chromium: drawn when a form is touched, asked in words in place, Enter still sends the form."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.axe import violations
from tests.support.live import daphne, in_thread
from tests.support.pages import seed

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def portal(association: Any) -> Any:
    """`portal(script=True)` is a visitor's page; `.address` is the portal's."""
    seed(association)
    with daphne() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, "--disable-dev-shm-usage"]
        )

        def visitor(*, script: bool = True) -> Any:
            context = browser.new_context(locale="zh-CN", java_script_enabled=script)
            context.set_default_timeout(20_000)
            return context.new_page()

        visitor.address = f"http://localhost:{server.port}"
        yield visitor
        browser.close()


def drawn(association: Any) -> dict[str, str]:
    """Every challenge that is open: its key and what it is answered with."""
    from captcha.models import CaptchaStore

    return in_thread(lambda: dict(CaptchaStore.objects.values_list("hashkey", "response")), scope=association)


def answer_of(field: Any, association: Any) -> str:
    return drawn(association)[field.locator("[name=captcha_0]").input_value()]


def test_the_home_page_fetches_a_captcha_when_a_form_is_touched(portal: Any, association: Any) -> None:
    page = portal()
    page.goto(f"{portal.address}/", wait_until="networkidle")
    form = page.locator("form[action='/verify/']")
    field = form.locator("[data-captcha]")
    expect(field.get_by_label("验证码")).to_be_visible()
    assert drawn(association) == {}
    form.get_by_label("姓名").fill("陈志强")
    expect(field.locator("img")).to_be_visible()
    expect(form.get_by_label("姓名")).to_be_focused()
    assert len(drawn(association)) == 1
    field.get_by_role("button", name="文字算题").click()
    question = field.locator("label")
    expect(question).to_contain_text("等于几？")
    expect(field.locator("[data-answer]")).to_be_focused()
    assert violations(page) == []
    asked = question.inner_text()
    field.get_by_role("button", name="换一题").click()
    expect(field.locator("[data-answer]")).to_be_focused()
    assert question.inner_text().endswith("等于几？"), asked
    form.get_by_label("证书编号").fill("X-1")
    field.locator("[data-answer]").fill(answer_of(field, association))
    field.locator("[data-answer]").press("Enter")
    expect(page.get_by_role("heading", name="没有查到这本证书")).to_be_visible()


def test_without_a_script_the_next_page_asks_and_enter_sends_the_form(portal: Any, association: Any) -> None:
    page = portal(script=False)
    page.goto(f"{portal.address}/")
    form = page.locator("form[action='/verify/']")
    expect(form.locator("[data-captcha]")).to_be_hidden()
    form.get_by_label("姓名").fill("陈志强")
    form.get_by_label("证书编号").fill("X-1")
    form.get_by_label("证书编号").press("Enter")
    expect(page.get_by_text("还差一步")).to_be_visible()
    field = page.locator("[data-captcha]")
    field.get_by_role("button", name="文字算题").click()
    expect(field.locator("label")).to_contain_text("等于几？")
    expect(page.get_by_label("证书编号")).to_have_value("X-1")
    field.locator("[data-answer]").fill(answer_of(field, association))
    field.locator("[data-answer]").press("Enter")
    expect(page.get_by_role("heading", name="没有查到这本证书")).to_be_visible()
