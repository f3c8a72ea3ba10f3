"""The paper in a real Chromium: saved means acknowledged, a cut line loses nothing, the clock is the server's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect, sync_playwright

from exams.models import Answer, Attempt, Item
from tenants.scopes import institution_scope
from tests.support.exam import begin, make_bank, make_ready
from tests.support.live import daphne, in_thread
from tests.support.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def exam(lingzhu):
    """A page that shows the open paper of `page.attempt`."""
    with institution_scope(lingzhu):
        make_bank()
        study = make_ready(lingzhu)
        attempt = begin(study.enrolment, by=study.user, at=now())
        session = signed_in(study.user, lingzhu).cookies["sessionid"].value
    with daphne() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, "--disable-dev-shm-usage"]
        )
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.site(lingzhu)}])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda m: page.problems.append(m.text) if "Content Security" in m.text else None)
        page.attempt, page.institution, page.context_, page.server = attempt, lingzhu, context, server
        page.goto(f"{server.site(lingzhu)}/exam/attempt/{attempt.uuid}/")
        expect(page.locator("#tally")).to_have_text("已答 0 题，还有 50 题")  # the paper's script runs
        yield page
        assert page.problems == []
        browser.close()


def stored(page) -> dict[int, str]:
    """What the database holds, by number."""

    def read() -> dict[int, str]:
        return dict(Answer.objects.filter(item__attempt=page.attempt).values_list("item__number", "choice"))

    return in_thread(read, scope=page.institution)


def move_deadline(page, seconds: float) -> None:
    """The server's deadline of this attempt, from now."""
    at = now() + timedelta(seconds=seconds)
    in_thread(lambda: Attempt.objects.filter(pk=page.attempt.pk).update(deadline_at=at), scope=page.institution)


def choose(page, letter: str) -> None:
    page.locator(".question:not([hidden]) .option").filter(has=page.locator(f"input[value={letter}]")).click()


def step_to(page, number: int) -> None:
    """By the button; the next question is there before anything on it is clicked."""
    page.get_by_role("button", name="下一题").click()
    expect(page.locator(f".question[data-number='{number}']")).to_be_visible()


def state_of(page):
    return page.locator(".question:not([hidden]) [data-state]")


def cell(page, number: int):
    return page.locator(f"[data-cell='{number}']")


def test_answering_offline_and_coming_back_saves_everything_in_the_order_it_was_chosen(exam):
    page = exam
    choose(page, "B")
    expect(state_of(page)).to_have_text(re.compile(r"第 1 题已保存，\d\d:\d\d:\d\d"))
    assert stored(page) == {1: "B"}

    page.context_.set_offline(True)
    step_to(page, 2)
    choose(page, "A")
    expect(state_of(page)).to_have_text("第 2 题待保存，网络恢复后自动补交")
    expect(page.locator("#banner")).to_contain_text("网络断开，正在重新连接…第 2 题还没保存到服务器")
    expect(cell(page, 2)).to_have_class(re.compile("is-waiting"))
    choose(page, "C")  # a change of mind while the line is cut
    step_to(page, 3)
    choose(page, "D")
    expect(page.locator("#banner")).to_contain_text("有 2 题还没保存到服务器")
    expect(page.locator("#tally")).to_have_text("已答 1 题，还有 49 题")
    page.locator(".sheet").get_by_role("button", name="交卷").click()
    expect(page.locator("#hand-in-button")).to_be_disabled()
    page.get_by_role("button", name="继续答题").click()
    assert stored(page) == {1: "B"}

    page.context_.set_offline(False)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#tally")).to_have_text("已答 3 题，还有 47 题")
    assert stored(page) == {1: "B", 2: "C", 3: "D"}


def test_answers_that_waited_survive_closing_the_page_while_the_server_is_away(exam):
    page = exam
    page.server.kill()
    choose(page, "C")
    expect(state_of(page)).to_have_text("第 1 题待保存，网络恢复后自动补交")
    address = page.url
    page.close(run_before_unload=False)
    page.server.start()
    again = page.context_.new_page()
    again.goto(address.split("#")[0])
    expect(cell(again, 1)).to_have_class(re.compile("is-answered"), timeout=20_000)
    assert stored(page) == {1: "C"}


def test_a_choice_made_before_the_script_is_there_is_saved_too(exam):
    page = exam
    held = []
    page.route("**/exams/exam*.js", lambda route: held.append(route))
    with page.expect_request("**/exams/exam*.js"):
        page.reload(wait_until="commit")
    page.locator(".question[data-number='1'] .option").filter(has=page.locator("input[value=B]")).click()
    held[0].continue_()
    expect(state_of(page)).to_have_text(re.compile("第 1 题已保存"))
    assert stored(page) == {1: "B"}


def test_the_dialog_counts_what_is_not_answered_and_the_result_shows_only_the_score(exam):
    page = exam
    keys = in_thread(
        lambda: dict(Item.objects.filter(attempt=page.attempt).values_list("number", "key")), scope=page.institution
    )
    for number in range(1, 41):
        for letter in keys[number]:
            choose(page, letter)
        expect(cell(page, number)).to_have_class(re.compile("is-answered"))
        step_to(page, number + 1)
    page.locator(".sheet").get_by_role("button", name="交卷").click()
    expect(page.locator("#hand-in-text")).to_have_text("还有 10 题没有作答，会空着交上去。")
    page.locator("#hand-in-button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("考核合格，恭喜您")
    expect(page.locator(".score")).to_have_text("80分")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('zx-exam')).length") == 0


def test_when_the_time_is_up_the_page_leads_to_the_result_by_itself(exam):
    page = exam
    choose(page, "A")
    expect(state_of(page)).to_have_text(re.compile("已保存"))
    move_deadline(page, 62)
    page.reload()
    expect(page.locator("#announce")).to_have_text("还剩 1 分钟")
    move_deadline(page, 4)
    page.reload()
    page.wait_for_url("**/result/")
    expect(page.get_by_role("heading", level=1)).to_have_text("这次没有合格")
    graded = in_thread(lambda: Attempt.objects.get(pk=page.attempt.pk), scope=page.institution)
    assert graded.submitted_at == graded.deadline_at


def test_two_windows_the_one_that_was_overtaken_is_told_and_shows_what_is_saved(exam):
    page = exam
    other = page.context_.new_page()
    other.goto(page.url)
    choose(other, "B")
    expect(state_of(other)).to_have_text(re.compile("已保存"))
    choose(page, "D")
    expect(state_of(page)).to_have_text("第 1 题在另一个窗口答过，这里显示的是已保存的答案")
    assert page.locator(".question:not([hidden]) input:checked").get_attribute("value") == "B"
    assert stored(page) == {1: "B"}
