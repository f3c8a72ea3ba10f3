"""In a real Chromium: an exam whose camera loses the person and never the paper, and a lesson in the classroom."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from exams.models import Answer, Attempt
from proctoring import attesting
from proctoring.models import Attestation, CameraSession
from tests.support import people
from tests.support.exam import make_bank, make_ready
from tests.support.study_browser import Visit, make_room, two_renditions, visit
from tests.web.test_study_doors import confirm_face

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=30_000)


@pytest.fixture
def both(lingzhu: Any, in_tenant: Any, cache_folder: Any) -> Any:
    """Somebody who may take the exam, before a camera; and somebody without a profile who studies in the classroom."""
    folder = two_renditions(cache_folder)
    with in_tenant(lingzhu):
        pupil = make_room(lingzhu, folder, lessons=1)
        make_bank()
        taker = make_ready(lingzhu, user=people.make_user("何晓兰"))
        confirm_face(taker)
    return pupil, taker


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """A look at the screens: with ZHUXUE_SHOTS naming a folder each is kept there, wide and narrow."""
    folder = os.environ.get("ZHUXUE_SHOTS")

    def keep(page: Page, name: str) -> None:
        if not folder:
            return
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})

    return keep


def test_the_paper_stays_while_the_camera_is_lost_and_a_teacher_stands_in_for_one(
    both: Any, shot: Callable[[Page, str], None]
) -> None:
    pupil, taker = both
    with visit(taker) as room:
        write_an_exam(room, shot)
        context = room.context.browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        session = room.read(lambda: people.signed_in(pupil.user, pupil.institution).cookies["sessionid"].value)
        site = room.server.site(pupil.institution)
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        study_in_the_classroom(Visit(pupil, room.server, context, context.new_page()), shot)
        context.close()


def write_an_exam(room: Visit, shot: Callable[[Page, str], None]) -> None:
    page = room.page
    page.goto(f"{room.server.site(room.study.institution)}/exam/{room.study.enrolment.uuid}/")
    shot(page, "exam-start")
    page.get_by_role("link", name="人脸识别并开始考核").click()
    page.locator("[data-do=check]").wait_for()
    shot(page, "exam-check")
    page.locator("[data-do=check]").click()
    watch = page.locator("[data-watch]")
    expect(watch).to_contain_text("本人在镜头内")
    assert "/exam/attempt/" in page.url
    shot(page, "exam-paper")
    choose(page, "A")

    room.expire_camera()  # nobody in the picture
    banner = page.locator("#watch-banner")
    expect(banner).to_contain_text("继续答题")
    shot(page, "exam-lost")
    page.get_by_role("button", name="下一题").click()
    choose(page, "B")
    assert room.read(lambda: sorted(Answer.objects.values_list("choice", flat=True))) == ["A", "B"]
    banner.get_by_role("button", name="我回来了").click()
    expect(banner).to_be_hidden()

    page.reload()  # the same sitting; the paper is there at once, the camera comes to it
    expect(page.locator(".question:not([hidden])")).to_be_visible()
    expect(watch).not_to_contain_text("连接中")
    assert room.read(lambda: CameraSession.objects.filter(purpose="exam").count()) == 1
    banner.get_by_role("button").click()  # what the played camera remembers of the check before
    expect(watch).to_contain_text("本人在镜头内")
    page.locator(".sheet [data-hand-in]").click()
    page.locator("#hand-in-button").click()
    page.wait_for_url("**/result/")
    attempt = room.read(lambda: Attempt.objects.get())
    assert (attempt.passed, attempt.supervision) == (False, "clear")
    assert room.read(lambda: CameraSession.objects.filter(purpose="exam", closed_at=None).count()) == 0


def choose(page: Page, letter: str) -> None:
    page.locator(".question:not([hidden]) .option").filter(has=page.locator(f"input[value={letter}]")).click()
    expect(page.locator(".question:not([hidden]) [data-state]")).to_contain_text("已保存")


def study_in_the_classroom(room: Visit, shot: Callable[[Page, str], None]) -> None:
    page, study = room.page, room.study
    clerk = room.read(lambda: people.make_user("何敏"))
    page.goto(f"{room.server.site(study.institution)}/camera/at-the-institution/")
    shot(page, "class-what-to-do")
    page.get_by_role("link", name="我已在机房").click()
    expect(page.get_by_role("heading", name="请向老师出示身份证")).to_be_visible()
    shot(page, "class-waiting")
    room.read(lambda: attesting.attest_start(study.user, study.institution, by=clerk, at=now(), room="301 机房"))
    room.counting()
    shot(page, "class-counting")
    assert room.read(lambda: CameraSession.objects.get(user=study.user).attestation_id) is not None
    room.read(lambda: attesting.attest_end(Attestation.objects.get(), by=clerk, at=now()))
    pause = page.locator("[data-part=pause]")
    expect(pause).to_contain_text("机房学习时间已结束")
    shot(page, "class-over")
    counted = room.credited_ms()
    pause.get_by_role("button", name="请老师重新核验").click()
    expect(page.get_by_role("heading", name="请向老师出示身份证")).to_be_visible()
    assert room.credited_ms() == counted
