"""What a person without a working camera is told in a real Chromium, and the way on from there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browser import CHROMIUM, FLAGS, WIDE
from tests.support import people
from tests.support.live import daphne
from tests.tools.cameraman import confirmed_profile, face_worker
from tests.tools.clips import clips_of
from tests.tools.person import stand_in

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
ROOM = "/my/security/phone/face/"
TRIES = 4  # a movement that a busy machine delivered in jerks is done again, as on the page
PATIENT_MS = 60_000
NO_DEVICE = [flag for flag in FLAGS if "fake-device" not in flag]
SAID_ALOUD = """
window.spoken = [];
const voices = [{ lang: "en-US", localService: true }, { lang: "zh-HK", localService: true }, { lang: "zh-CN" }];
const synthesis = { getVoices: () => voices, cancel() {}, speak: (said) => spoken.push([said.text, said.voice.lang]) };
Object.defineProperty(window, "speechSynthesis", { value: synthesis });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# The page is left when the check has passed: what it says is told as it is said.
TELL = "() => { spoken.forEach((one) => tell(...one)); spoken.push = (one) => tell(...one); }"

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def person(lingzhu: Any, in_tenant: Any, cache_folder: Path) -> Any:
    """(clips, cookie) of a trainee whose photos a clerk has confirmed."""
    user, clips = people.make_user("李建国"), clips_of(FACE, cache_folder)
    with in_tenant(lingzhu):
        confirmed_profile(user, lingzhu, clips, at=now(), clerk=people.make_user("何敏"))
    return clips, people.signed_in(user, lingzhu).cookies["sessionid"].value


@contextmanager
def opened(playwright: Any, site: str, cookie: str, flags: list[str]) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    context = browser.new_context(locale="zh-CN", viewport=WIDE)
    context.set_default_timeout(PATIENT_MS)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
    try:
        yield context.new_page()
    finally:
        browser.close()


def shot(page: Page, name: str) -> None:
    """For looking at, where ZHUXUE_SHOTS names a folder: wide and as on a phone."""
    if folder := os.environ.get("ZHUXUE_SHOTS"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def told(page: Page, code: str, *words: str) -> None:
    """The page of the missing camera, with this code, these words, and two ways on."""
    none = page.locator("[data-room=none]")
    expect(none.locator("[data-part=none-code]")).to_have_text(code, timeout=PATIENT_MS)
    text = none.inner_text()
    for word in (*words, "检查好了，再试一次", "到机构机房学习"):
        assert word in text, (word, text)
    shot(page, code.replace(".", "-"))


def begin(page: Page) -> None:
    """Press, and wait until the frames are being judged."""
    page.locator("[data-do=check]:visible, [data-do=retry]:visible").first.click()
    page.locator("[data-view=neutral], [data-view=action]").first.wait_for()


def until_passed(page: Page) -> None:
    for _try in range(TRIES):
        page.locator("#id_phone, [data-view=failed]").first.wait_for()
        if page.locator("#id_phone").count():
            return
        page.locator("[data-do=retry]").click()
    raise AssertionError(page.locator("[data-panel]").inner_text())


def test_without_a_camera_the_page_says_why_and_how_to_go_on(person: Any, lingzhu: Any) -> None:
    clips, cookie = person
    with face_worker(), daphne() as web, sync_playwright() as playwright:
        site = web.site(lingzhu)
        with opened(playwright, site, cookie, NO_DEVICE) as page:
            page.goto(site + ROOM)
            told(page, "camera.missing", "没有找到摄像头", "看看摄像头接好没有")
        with opened(playwright, site, cookie, FLAGS) as page:
            page.goto(site + ROOM)
            told(page, "camera.denied", "浏览器没有允许使用摄像头", "允许")
        with opened(playwright, site, cookie, FLAGS) as page:
            page.add_init_script(SAID_ALOUD)
            stand_in(page, clips)
            page.goto(site + ROOM)
            unplugged_midway(page)
            in_the_background(page)
            spoken = heard_to_the_end(page)
    asked = [text for text, _voice in spoken if text.startswith("请")]
    assert {"请向左转头", "请向右转头"} & set(asked)
    assert {voice for _text, voice in spoken} == {"zh-CN"}


def unplugged_midway(page: Page) -> None:
    shot(page, "advice")
    begin(page)
    shot(page, "neutral")
    page.evaluate("window.__person.unplug()")
    told(page, "camera.lost", "摄像头已断开", "重新插好摄像头", "已计入的学时不受影响")
    page.evaluate("window.__person.plug()")  # nothing to press: the page sees that it is back
    expect(page.locator("[data-room=none]")).to_be_hidden()


def in_the_background(page: Page) -> None:
    begin(page)
    page.evaluate(HIDE, True)
    failed = page.locator("[data-prompt=failed]")
    expect(failed).to_contain_text("窗口被切到了后台", timeout=PATIENT_MS)
    expect(failed).to_contain_text("请让本窗口保持在最前面")
    expect(failed.locator("[data-do=retry]")).to_be_visible()
    shot(page, "hidden")
    page.evaluate(HIDE, False)


def heard_to_the_end(page: Page) -> list[list[str]]:
    """The check goes on with another press; what was said aloud until it passed."""
    begin(page)
    page.locator("[data-view=action]").wait_for()
    shot(page, "action")
    spoken: list[list[str]] = []
    page.expose_function("tell", lambda text, voice: spoken.append([text, voice]))
    page.evaluate(TELL)
    until_passed(page)
    return spoken


WRAPPED = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  if (window.unplugged) throw new DOMException("Requested device not found", "NotFoundError");
  return (window.stream = await ask(wish));
};
"""
UNPLUG = """() => {
  window.unplugged = true;
  for (const track of stream.getTracks()) { track.stop(); track.dispatchEvent(new Event("ended")); }
}"""


@pytest.mark.full
def test_a_camera_unplugged_in_a_lesson_pauses_it_and_one_press_goes_on_when_it_is_back(
    lingzhu: Any, in_tenant: Any, cache_folder: Path
) -> None:
    from tests.support.study_browser import make_room, two_renditions, visit
    from tests.web.test_study_doors import confirm_face

    with in_tenant(lingzhu):
        study = make_room(lingzhu, two_renditions(cache_folder))
        confirm_face(study)
    with visit(study) as room:
        room.context.add_init_script(WRAPPED)
        room.enter()
        room.counting()
        room.page.evaluate(UNPLUG)
        room.expire_camera("camera.lost")
        held = room.page.locator("[data-part=pause]")
        expect(held).to_contain_text("摄像头断开了", timeout=PATIENT_MS)
        shot(room.page, "lesson-unplugged")
        press = room.page.locator("[data-part=act]")
        press.click()  # too early
        expect(held).to_contain_text("没有找到摄像头", timeout=PATIENT_MS)
        expect(held).to_contain_text("请重新接好摄像头，然后继续。")
        room.page.evaluate("() => { window.unplugged = false; }")
        press.click()
        room.counting()
