"""Choosing people in the list of enrolments, in a real Chromium."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tenants.roles.roles import Role
from tests.e2e.browser import CHROMIUM, FLAGS, WIDE
from tests.support import people
from tests.support.live import daphne
from tests.support.pages import open_class
from tests.support.staff import staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.usefixtures("committed")
LIST = "/admin/desk/enrolments/"


def test_one_box_ticks_the_page_and_the_chosen_get_a_class(lingzhu: Any, in_tenant: Any) -> None:
    registrar = staff_client(lingzhu, Role.REGISTRAR, "何敏")
    with in_tenant(lingzhu):
        open_class(lingzhu, "第 9 期")
        for number, name in enumerate(("梁志强", "林小梅", "温志成"), 1):
            position = make_position(f"10{number}", f"岗位{number}")
            make_study(lingzhu, user=people.make_user(name), admitted=number > 2, position=position)
    with daphne() as server, sync_playwright() as playwright:
        site = server.site(lingzhu)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(locale="zh-CN", viewport=WIDE)
        context.add_cookies([{"name": "sessionid", "value": registrar.cookies["sessionid"].value, "url": site}])
        page = context.new_page()
        page.goto(f"{site}{LIST}")
        every, boxes = page.get_by_label("选择本页全部"), page.locator("input[name=people]")
        expect(every).to_be_visible()
        every.check()
        expect(page.locator("input[name=people]:checked")).to_have_count(3)
        boxes.first.uncheck()
        assert every.evaluate("box => box.indeterminate")
        boxes.first.check()
        expect(every).to_be_checked()
        if folder := os.environ.get("ZHUXUE_SHOTS"):
            page.screenshot(path=f"{folder}/enrolments.png", full_page=True)
        page.select_option("select[name=training_class]", label="第 9 期")
        page.get_by_role("button", name="编入该班级").click()
        expect(page.get_by_text("3 人已编入该班级。")).to_be_visible()
        browser.close()
