"""The doors in a real Chromium: tabs by keyboard, a document number while it is typed, under the page's own CSP."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support.live import daphne
from tests.support.people import id_number

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def page(lingzhu, association):
    """A page of a visitor; `page.home` and `page.portal` are addresses."""
    with daphne() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, "--disable-dev-shm-usage"]
        )
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(20_000)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if "Content Security" in m.text else None)
        page.home, page.portal = server.site(lingzhu), f"http://localhost:{server.port}"
        yield page
        assert problems == []
        browser.close()


def test_arrow_keys_move_over_the_three_tabs_and_one_panel_stays(page) -> None:
    page.goto(f"{page.portal}/signin/")
    person = page.get_by_role("tab", name="个人用户")
    institution = page.get_by_role("tab", name="机构账号")
    association = page.get_by_role("tab", name="管理账号")
    person.focus()
    page.keyboard.press("ArrowLeft")
    expect(institution).to_be_focused()
    expect(institution).to_have_attribute("aria-selected", "true")
    expect(person).to_have_attribute("tabindex", "-1")
    page.keyboard.press("Home")
    expect(association).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(person).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(association).to_have_attribute("aria-selected", "true")
    panel = page.get_by_role("tabpanel", name="管理账号")
    expect(panel).to_be_visible()
    expect(panel.locator("input[name=tab]")).to_have_value("association")
    expect(page.get_by_role("link", name="注册")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.get_by_role("link", name="注册")).to_be_visible()


def test_a_number_is_grouped_counted_and_looked_at_while_it_is_typed(page) -> None:
    right = id_number(7)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    page.goto(f"{page.home}/signin/register/")
    number, groups, said = page.get_by_label("证件号码"), page.locator("[data-groups]"), page.locator("[data-said]")
    for typed, grouped, words in (
        (right[:8], f"{right[:6]} {right[6:8]}", "还差 10 位"),
        ("44010619850230", "440106 19850230", "这个出生日期不存在"),
        (right[:14], f"{right[:6]} {right[6:14]}", "1985 年 3 月 12 日出生 · 还差 4 位"),
        (right, f"{right[:6]} {right[6:14]} {right[14:]}", "1985 年 3 月 12 日出生 · 号码格式正确"),
        (f"{right}1", f"{right[:6]} {right[6:14]} {right[14:]}1", "多了 1 位"),
        ("44O106", "44O106", "只有数字，最后一位可能是 X"),
        ("8100001985", "810000 1985", "以 81、82、83 开头的是港澳台居民居住证"),
    ):
        number.fill(typed)
        expect(groups).to_have_text(grouped)
        expect(said).to_have_text(words)
    number.fill(wrong)
    expect(groups).to_have_text(f"{wrong[:6]} {wrong[6:14]} {wrong[14:]}")
    expect(said).to_have_text("有一位不对，请对照证件逐位核对")  # and not which digit would be right


def test_the_gender_is_asked_of_passports_only(page) -> None:
    page.goto(f"{page.home}/signin/register/")
    gender = page.get_by_role("group", name="性别")
    expect(gender).to_be_hidden()
    page.get_by_label("护照").check()
    expect(gender).to_be_visible()
    page.get_by_label("居民身份证", exact=True).check()
    expect(gender).to_be_hidden()


def test_the_servers_sentence_goes_when_the_number_is_corrected(page) -> None:
    page.goto(f"{page.home}/signin/register/")
    page.get_by_label("证件号码").fill("4401061985")
    page.get_by_label("姓名").fill("黄晓彤")
    page.get_by_role("button", name="下一步，验证手机").click()
    expect(page.get_by_text("号码是 18 位")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_value("黄晓彤")
    page.get_by_label("证件号码").fill(id_number(7))
    expect(page.get_by_text("号码是 18 位")).to_be_hidden()
