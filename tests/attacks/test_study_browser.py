"""THREATS "Study and hours" where the attack lives in the browser: scripts in the page, real Chromium, real server."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.study import postgres_now
from tests.support.study_browser import LESSON_S, Visit, make_room, two_renditions, visit
from tests.web.test_study_doors import confirm_face

pytestmark = pytest.mark.django_db(transaction=True)

# What public scripts do before a page's own scripts run: no listener of ours ever hears of a seek, a speed or a
# hidden tab, every property answers what an honest page would, and all dialogues are agreed to.
CHEAT = """
for (const name of ["seeking", "seeked", "ratechange", "visibilitychange", "blur", "pagehide"]) {
  window.addEventListener(name, (event) => event.stopImmediatePropagation(), true);
}
Object.defineProperty(document, "visibilityState", { get: () => "visible" });
Object.defineProperty(document, "hidden", { get: () => false });
document.hasFocus = () => true;
window.confirm = () => true;
const rate = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "playbackRate");
window.setRate = (video, value) => rate.set.call(video, value);
Object.defineProperty(HTMLMediaElement.prototype, "playbackRate", { get: () => 1, set: () => {} });
"""
FETCH = (
    "async (address) => { const answer = await fetch(address); return [answer.status, (await answer.json()).code]; }"
)
# Three sockets of the page's own, claiming what a page could claim, and asking for the end of the lesson.
CLAIMS = """async (address) => {
  const heard = [];
  const socket = new WebSocket(address.replace("http", "ws"));
  await new Promise((resolve) => {
    socket.onmessage = (event) => {
      const said = JSON.parse(event.data);
      if (said.type === "hello") {
        const beat = { type: "beat", seq: said.seq, nonce: said.nonce, playing: true };
        for (const claim of [{ position: 16 }, { percent: 100 }, { credited_ms: 16000 }]) {
          socket.send(JSON.stringify({ ...beat, ...claim }));
        }
        socket.send(JSON.stringify({ type: "complete" }));
      } else {
        heard.push(said.code);
        if (heard.length === 4) resolve();
      }
    };
  });
  socket.close();
  return heard;
}"""


@pytest.fixture
def opened(lingzhu: Any, in_tenant: Any, cache_folder: Any) -> Any:
    def make(**kwargs: Any) -> Any:
        folder = two_renditions(cache_folder)
        with in_tenant(lingzhu):
            study = make_room(lingzhu, folder, **kwargs)
            confirm_face(study)
        return visit(study)

    return make


def clock_ms(room: Visit) -> int:
    """PostgreSQL's clock, the one that credits."""
    return int(room.read(postgres_now).timestamp() * 1000)


def settled(room: Visit) -> int:
    """What is credited once the beat that the pause sent has been answered: it pays the time before the pause."""
    live = room.read(lambda: room.study.enrolment.study_sessions.get(ended_at=None))
    for _try in range(40):
        if not room.read(lambda: type(live).objects.get(pk=live.pk).playing):
            return room.credited_ms()
        room.page.wait_for_timeout(250)
    raise AssertionError("the page never said that it paused")


def until_credited(room: Visit, ms: int) -> int:
    """Wait for acks until so much is credited; how much it is."""
    for _ack in range(40):
        if (found := room.credited_ms()) >= ms:
            return found
        room.page.wait_for_timeout(250)
    raise AssertionError(f"never {ms} ms: {found}")


def test_seeking_speed_and_a_hidden_tab_earn_no_more_than_the_time_that_passed(opened: Any) -> None:
    with opened() as room:
        page = room.page
        page.add_init_script(CHEAT)
        began = clock_ms(room)
        room.enter()
        room.counting()
        video = page.locator(".player-video")
        video.evaluate("(one) => { window.setRate(one, 8); one.currentTime = 9; }")
        page.wait_for_timeout(4_000)  # two beats and more
        assert 0 < room.credited_ms() <= clock_ms(room) - began
        # What is not earned does not exist for the page: not by asking, and not with the address of another part.
        released = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
        part = next(name for name in released if "/study/segments/" in name and "00000.m4s" in name)
        assert page.evaluate(FETCH, part.replace("00000.m4s", "00003.m4s")) == [403, "study.bad_signature"]
        assert page.evaluate(FETCH, part.partition("?")[0]) == [403, "study.bad_signature"]
        # A page that claims to be seen while it is not: the camera is what counts.
        other = room.context.new_page()
        other.bring_to_front()
        room.expire_camera()
        expect(page.locator("[data-part=pause]")).to_have_attribute("data-reason", "camera")
        before = settled(room)
        page.wait_for_timeout(4_000)  # two beats' time in which nothing may come
        assert room.credited_ms() == before <= clock_ms(room) - began


def test_claims_new_windows_and_pressing_every_button_earn_nothing(opened: Any) -> None:
    with opened() as room:
        page, began = room.page, clock_ms(room)
        room.enter()
        room.counting()
        session = room.read(lambda: room.study.enrolment.study_sessions.get(ended_at=None).uuid)
        site = room.server.site(room.study.institution)
        heard = page.evaluate(CLAIMS, f"{site}/ws/study/{session}/")
        assert heard == ["study.unknown_field"] * 3 + ["study.malformed"]
        for path in (f"/study/sessions/{session}/complete/", f"/study/{room.study.enrolment.uuid}/complete/"):
            assert page.evaluate("async (p) => (await fetch(p, { method: 'POST' })).status", path) in {403, 404}
        assert room.credited_ms() < LESSON_S * 1000
        assert not room.read(lambda: room.study.enrolment.progress.filter(completed_at__isnull=False).exists())

        newer = room.context.new_page()
        newer.goto(room.room)
        newer.locator("[data-do=check]").click()
        newer.locator('[data-part="state"][data-state="counting"]').wait_for()
        expect(page.locator("[data-part=pause]")).to_have_attribute("data-reason", "taken_over")
        until_credited(room, 4_000)
        assert room.credited_ms() <= clock_ms(room) - began
        live = room.read(lambda: room.study.enrolment.study_sessions.filter(ended_at=None).count())
        assert live == 1

        room.context.route_web_socket("**/ws/camera/**", lambda socket: None)  # from now on nobody is in front of it
        room.play_camera = lambda socket: None  # type: ignore[method-assign]
        room.verify = lambda minutes=15: None  # type: ignore[method-assign]
        room.expire_camera()
        expect(newer.locator("[data-part=pause]")).to_have_attribute("data-reason", "camera")
        before = settled(room)
        newer.evaluate("setInterval(() => document.querySelectorAll('button').forEach((one) => one.click()), 100)")
        newer.wait_for_timeout(4_000)
        assert room.credited_ms() == before
        until = room.read(lambda: room.study.enrolment.study_sessions.latest("pk").camera_session.verified_until)
        assert until <= room.read(postgres_now)
        room.problems.clear()  # of a page whose every button is pressed ten times a second
