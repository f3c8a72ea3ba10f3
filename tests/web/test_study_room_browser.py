"""The study room in a real Chromium: a lesson through reloads and a cut line, questions, faults, the first visit."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tenants.roles.roles import Role
from tests.support.axe import violations
from tests.support.staff import staff_client
from tests.support.study import postgres_now
from tests.support.study_browser import LESSON_S, Visit, make_room, two_renditions, visit
from tests.web.test_study_doors import confirm_face

pytestmark = pytest.mark.django_db(transaction=True)
PATIENT_MS = 60_000
expect.set_options(timeout=30_000)  # of a busy machine; a quiet one needs a tenth

# Safari's own way through HLS, as far as it can be tried elsewhere.
CLAMPED = """async () => {
  const { clamped } = await import("/static/learning/native.js");
  const range = (from, to) => ({ length: 1, start: () => from, end: () => to });
  return [clamped(5, range(0, 10)), clamped(50, range(0, 10)), clamped(-1, range(2, 10)), clamped(7, { length: 0 })];
}"""
NATIVE = """async () => {
  const { Native } = await import("/static/learning/native.js");
  const video = document.createElement("video");
  window.nativeErrors = 0;
  video.addEventListener("error", () => { window.nativeErrors += 1; });
  window.native = new Native(video, "/none.m3u8", { reached: () => 3, failed: () => {} });
}"""


@pytest.fixture
def opened(lingzhu: Any, in_tenant: Any, cache_folder: Any) -> Any:
    """`with opened(rules={…}) as visit:` a trainee's browser before the room."""

    def make(**kwargs: Any) -> Any:
        folder = two_renditions(cache_folder)
        with in_tenant(lingzhu):
            study = make_room(lingzhu, folder, **kwargs)
            confirm_face(study)
        return visit(study)

    return make


def until(room: Visit, script: str) -> None:
    """Until a script's value is true. Playwright's own waiting evaluates strings, which the page's CSP forbids."""
    ends = time.monotonic() + PATIENT_MS / 1000
    while not room.page.evaluate(script):
        assert time.monotonic() < ends, script
        room.page.wait_for_timeout(100)


def until_second(room: Visit, second: float) -> None:
    until(room, f"document.querySelector('.player-video').currentTime >= {second}")


def test_a_whole_lesson_with_two_reloads_and_a_cut_line_ends_with_its_exact_length(opened: Any) -> None:
    with opened() as room:
        page = room.page
        room.enter()
        room.counting()
        assert "ticker.js" in [worker.url.rpartition("/")[2] for worker in page.workers]
        expect(page.locator("[data-part=left]")).to_have_text("还剩 1 分钟，约 32 学时")
        for second in (4, 8):
            until_second(room, second)
            until(room, "document.querySelector('[data-part=saved] span').textContent")
            before = room.credited_ms()
            page.reload()
            page.locator("[data-do=check]").click()
            room.counting()
            assert before / 1000 - 0.1 <= room.second <= before / 1000 + 4, "not at the committed second"
        until_second(room, 11)
        room.context.set_offline(True)
        page.locator("[data-part=offline]").filter(has_text="电脑现在没有网络").wait_for()
        cut = room.credited_ms()
        expect(page.locator("[data-part=state]")).to_have_attribute("data-state", "paused_offline")
        room.context.set_offline(False)
        expect(page.locator("[data-part=offline]")).to_be_hidden()
        room.counting()
        page.locator("[data-lesson].is-done").wait_for(timeout=PATIENT_MS)
        room.counting()  # the next lesson follows by itself
        expect(page.locator("[data-part=heading]")).to_contain_text("第 2 课")
        assert cut <= LESSON_S * 1000 <= room.credited_ms() < LESSON_S * 1000 + 8_000
        first = room.read(lambda: room.study.enrolment.progress.get(lesson=room.study.lessons[0]).credited_ms)
        assert first == LESSON_S * 1000
        assert room.read(room.study.span_ms) == room.read(room.study.credited_ms)


def test_what_the_bar_can_do_is_at_the_keyboard_too_and_is_remembered(opened: Any) -> None:
    with opened() as room:
        page = room.page
        room.enter()
        room.counting()
        video, state = page.locator(".player-video"), page.locator("[data-part=state]")
        page.keyboard.press("k")
        expect(state).to_have_text("已暂停：您按了暂停")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("m")
        page.keyboard.press("c")
        expect(page.locator("[data-part=captions]")).to_have_attribute("aria-pressed", "false")
        assert video.evaluate("(one) => [Math.round(one.volume * 100), one.muted]") == [85, True]
        quality = page.get_by_label("清晰度")
        assert quality.locator("option").all_inner_texts() == ["自动", "360p", "180p"]
        quality.select_option("180p")
        page.locator("[data-part=keys]").click()
        expect(page.get_by_role("dialog", name="播放快捷键")).to_contain_text("打开或关闭字幕")
        page.keyboard.press("Escape")
        video.evaluate("(one) => { one.currentTime += 6; one.playbackRate = 4; }")
        page.keyboard.press("k")
        room.counting()
        assert room.second < 6
        assert video.evaluate("(one) => one.playbackRate") == 1
        page.reload()
        page.locator("[data-do=check]").click()
        room.counting()
        assert video.evaluate("(one) => [Math.round(one.volume * 100), one.muted]") == [85, True]
        expect(page.get_by_label("清晰度")).to_have_value("180")
        until(room, "document.querySelector('.player-video').videoHeight === 180")


def test_a_question_stands_over_the_paused_picture_until_it_is_answered_rightly(opened: Any) -> None:
    with opened(rules={"question_every_s": 600}) as room:
        page = room.page
        room.read(lambda: make_questions(room))
        room.enter()
        room.counting()
        page.keyboard.press("f")
        room.read(lambda: make_due(room))
        card = page.get_by_role("dialog", name="课件小问题")
        card.get_by_text("基坑").first.wait_for()
        assert page.evaluate("document.fullscreenElement.contains(document.querySelector('[data-part=question]'))")
        assert page.locator(".player-video").evaluate("(one) => one.paused")
        expect(page.locator("[data-part=state]")).to_have_text("已暂停：请回答一个课件小问题")
        expect(card.get_by_role("timer")).to_contain_text("还有")
        card.get_by_role("button", name="提交答案").click()
        expect(card.get_by_role("status")).to_have_text("请先选择一个答案。")
        card.get_by_label("错的").check()
        card.get_by_role("button", name="提交答案").click()
        expect(card.get_by_role("status")).to_contain_text("这次没有答对")
        expect(card.get_by_role("button", name="提交答案")).to_be_enabled()  # another one, after a few seconds
        card.get_by_label("对的").check()
        page.keyboard.press("Enter")
        expect(card).to_be_hidden()
        room.counting()


def make_questions(room: Visit) -> None:
    from learning.models import LessonQuestion

    for number in (1, 2):
        LessonQuestion.objects.create(
            lesson=room.study.lessons[0], stem=f"基坑支护第 {number} 问", options=["对的", "错的"], answer=0
        )


def make_due(room: Visit) -> None:
    from learning.models import StudySession

    StudySession.objects.filter(user=room.study.user, ended_at=None).update(ask_at=postgres_now())


def test_whatever_stops_the_lesson_is_said_over_the_picture_with_the_next_step(opened: Any, association: Any) -> None:
    editor = staff_client(association, Role.QUESTION_EDITOR).cookies["sessionid"].value
    with opened() as room:
        page = room.page
        refused = []

        def too_old(route: Any) -> None:
            refused.append(route.request.url)
            route.fulfill(status=403, json={"code": "study.address_expired", "message": ""})

        page.route("**/study/segments/**/*.m4s?*", too_old, times=1)
        room.enter()
        room.counting()  # with fresh addresses
        assert len(refused) == 1
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], scheme
        pause, act = page.locator("[data-part=pause]"), page.locator("[data-part=act]")
        room.expire_camera()
        expect(pause).to_have_attribute("data-reason", "camera")
        expect(page.locator("[data-part=pause-kept]")).to_contain_text("都保存好了")
        expect(page.locator("[data-part=state]")).to_have_text("已暂停：画面里没有您")
        assert violations(page) == []
        act.click()
        room.counting()
        room.read(lambda: close_the_day(room))
        expect(pause).to_have_attribute("data-reason", "hours")
        expect(pause).to_contain_text("已暂停：现在不在计学时的时段")
        expect(act).to_be_hidden()
        room.read(lambda: close_the_day(room, closes=1440))
        room.counting()  # by itself
        room.read(lambda: sit_down_elsewhere(room))
        expect(pause).to_have_attribute("data-reason", "taken_over")
        expect(act).to_have_text("回到这里学习")
        other_screens_hold_to_the_rules(room, editor)


def other_screens_hold_to_the_rules(room: Visit, editor: str) -> None:
    """The rules of accessibility (axe) on the test page, the record, wide and on a phone, and an editor's screens."""
    page, site, portal = room.page, room.server.site(room.study.institution), f"http://localhost:{room.server.port}"
    room.context.add_cookies([{"name": "sessionid", "value": editor, "url": portal}])
    lesson, library = room.study.lessons[0], f"{portal}/admin/console/courses/"
    addresses = [f"{room.room}test/", f"{site}/my/record/", library, f"{library}{lesson.course_id}/"]
    addresses += [f"{library}lessons/{lesson.pk}/", f"{library}plans/{room.study.enrolment.plan_id}/"]
    for address in addresses:
        page.goto(address)
        assert (address, violations(page)) == (address, [])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(addresses[1])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def close_the_day(room: Visit, closes: int = 0) -> None:
    """Let the sitting's hours of the day be over, or last all day again."""
    from learning.models import StudySession

    StudySession.objects.filter(user=room.study.user, ended_at=None).update(opens_minute=0, closes_minute=closes)


def sit_down_elsewhere(room: Visit) -> None:
    room.study.open_camera(at=postgres_now() - timedelta(seconds=1))
    room.study.open(at=postgres_now())


def test_the_first_visit_tests_the_devices_and_a_dead_page_says_what_to_install(opened: Any) -> None:
    with opened() as room:
        page = room.page
        page.goto(room.room)
        page.wait_for_url("**/test/")
        for name in ("browser", "camera", "socket", "speed", "clock"):
            expect(page.locator(f"[data-check={name}]")).to_have_attribute("data-outcome", "ok", timeout=PATIENT_MS)
        page.get_by_role("button", name="播放三声提示音").click()
        page.get_by_role("button", name="听到了").click()
        expect(page.locator("[data-part=verdict]")).to_have_text("一切就绪，可以开始学习。")
        page.get_by_role("link", name="开始学习").click()
        page.locator("[data-do=check]").wait_for()
        assert page.url == room.room
        assert page.evaluate(CLAMPED) == [5, 9.9, 2, 7]
        lists = []
        page.route("**/none.m3u8", lambda route: (lists.append(route.request.url), route.fulfill(status=404)))
        page.evaluate(NATIVE)
        until(room, "window.nativeErrors >= 3")
        assert len(lists) >= 3, "Safari's way gave up after one error"
        page.route("**/learning/room.js", lambda route: route.fulfill(body="class {", content_type="text/javascript"))
        page.goto(room.room)
        expect(page.get_by_role("heading", name="浏览器版本过低")).to_be_visible()
        expect(page.locator(".study-desk")).to_be_hidden()
        room.problems.clear()  # the broken script's own
