"""The journey of one trainee through a running demo, from the first sign-in to studying (issue 2, B1–B5).

Each step is what a person does and ends with a screenshot. `outcome.py` goes on with exam, review and certificates.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tenants.messages.templates import TEMPLATES
from tenants.roles.roles import Role
from tests.e2e.browser import Album, context_of, fetched
from tests.e2e.people import (
    PASSWORD_OF_THE_JOURNEY,
    Addresses,
    Message,
    Person,
    give_password,
    latest_code,
    meet_newcomer,
    messages_to,
    sign_in,
    staff,
    until,
)
from tests.tools.clips import Clips
from tests.tools.person import stand_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HOME = "lingzhu"
NOTICE = TEMPLATES["hours_complete"].text
FIRST_PICTURE = "document.querySelector('.player-video').readyState >= 2"
OWN_PICTURE = "document.querySelector('[data-room=check] .camera-video').readyState >= 2"
PLAN_S = 126  # 劳务员: three lessons of 42 seconds


@dataclass
class Journey:
    """One run. `trainee` is the trainee's own browser; others get theirs when they are needed."""

    browser: Browser
    where: Addresses
    album: Album
    clips: Clips
    say: Callable[[str], None]
    person: Person = field(init=False)
    trainee: BrowserContext = field(init=False)
    page: Page = field(init=False)
    room_url: str = ""
    saw_check: bool = False

    @property
    def site(self) -> str:
        return self.where.site(HOME)

    def opened(self, context: BrowserContext) -> Page:
        return self.album.listen(context.new_page())

    # --- B1: first sign-in ------------------------------------------------------------------------------------------

    def arrive(self) -> None:
        self.trainee = context_of(self.browser)
        self.page = self.opened(self.trainee)
        self.person = meet_newcomer(self.page, self.where, HOME)
        self.say(f"new trainee {self.person.name}")
        self.page.goto(self.where.portal)
        self.album.shot(self.page, "portal")
        self.page.goto(self.site)
        self.album.shot(self.page, "institution")

    def sign_in_first(self) -> None:
        """111111 opens nothing but the demand for a code and a new password."""
        page = self.page
        give_password(page, self.where, self.person, self.site)
        self.album.shot(page, "sign-in")
        page.locator("form:has(#id_password) button[type=submit]").click()
        page.wait_for_url("**/signin/first/")
        assert fetched(page, "/my/")[0] == 0, "before the code nothing else opens"
        page.locator("#id_code").fill(latest_code(page, self.where, self.person))
        self.album.shot(page, "sms-code")
        page.locator("form:has(#id_code) button[type=submit]").click()
        page.locator("#id_password").fill(PASSWORD_OF_THE_JOURNEY)
        page.locator("#id_again").fill(PASSWORD_OF_THE_JOURNEY)
        self.album.shot(page, "new-password")
        page.locator("form[data-new-password] button[type=submit]").click()
        page.wait_for_url("**/my/profile/")
        self.person.password = PASSWORD_OF_THE_JOURNEY

    # --- B2: profile ------------------------------------------------------------------------------------------------

    def complete_profile(self) -> None:
        page = self.page
        page.locator("#id_email").fill("tour@example.com")
        page.locator("form:has(#id_email) button[type=submit]").click()
        page.wait_for_url("**/my/profile/")
        self.album.shot(page, "profile-empty", full=True)
        page.locator('a[href^="/camera/consent/"]').click()
        page.locator("input[name=understood]").check()
        self.album.shot(page, "consent", full=True)
        page.locator("form:has(input[name=understood]) button[type=submit]").click()
        page.wait_for_url("**/my/profile/")
        self._upload("portrait", self.clips.portrait)
        self._upload("id_photo", self.clips.id_card)
        page.reload()
        self.album.shot(page, "profile-complete", full=True)
        page.goto(f"{self.site}/my/")
        self.album.shot(page, "waiting-for-the-clerk", full=True)

    def _upload(self, kind: str, picture: bytes) -> None:
        box = self.page.locator(f'[data-photo="{kind}"]')
        file = {"name": f"{kind}.jpg", "mimeType": "image/jpeg", "buffer": picture}
        box.locator("input[type=file]").set_input_files(file)
        self.page.locator(f'[data-photo="{kind}"]:is([data-state="ok"], [data-state="bad"])').wait_for(timeout=40_000)
        said = box.locator('[data-part="message"]').inner_text()
        assert box.get_attribute("data-state") == "ok", said

    def clerk_confirms(self) -> None:
        with closing(context_of(self.browser)) as office:
            page = self.opened(office)
            sign_in(page, self.where, staff(HOME, Role.REGISTRAR), self.site)
            self.album.shot(page, "desk")
            page.goto(f"{self.site}/admin/desk/profiles/")
            page.get_by_role("link", name=self.person.name).first.click()
            page.locator("input[name=seen]").check()
            self.album.shot(page, "clerk-looks", full=True)
            page.locator("button[name=confirm]").click()
            page.wait_for_load_state()

    # --- B3, B4: training, camera, liveness ---------------------------------------------------------------------------

    def see_training(self) -> None:
        page = self.page
        page.goto(f"{self.site}/my/")
        start = page.locator('a[href^="/study/"]').first
        self.room_url = self.site + (start.get_attribute("href") or "")
        self.album.shot(page, "my-training", full=True)

    def _to_room(self, page: Page) -> None:
        """The first visit on a computer begins with the test of the devices."""
        page.goto(self.room_url)
        devices = page.locator("[data-devices]")
        devices.or_(page.locator("[data-camera-room]")).filter(visible=True).first.wait_for()
        if devices.count():
            page.locator('[data-check="speed"]:not([data-outcome="wait"])').wait_for()
            self.album.shot(page, "device-test", full=True)
            page.locator("[data-do=go]").click()

    def camera_refused(self) -> None:
        """No permission, no camera: a page that says what to do."""
        page = self.opened(self.trainee)
        self._to_room(page)
        page.locator('[data-room="none"]').wait_for()
        self.album.shot(page, "camera-refused")
        page.close()

    def _ask_for_check(self, page: Page) -> None:
        """Press 拍照识别 once the camera shows the person."""
        until(lambda: page.evaluate(OWN_PICTURE), page, seconds=30, what="the camera's picture")
        if not self.saw_check:
            self.album.shot(page, "face-check")
        self.saw_check = True
        page.locator('[data-do="check"]').click()

    def waved_photo_is_refused(self) -> None:
        page = self.opened(self.trainee)
        stand_in(page, self.clips, mode="photo")
        self._to_room(page)
        self._ask_for_check(page)
        page.locator('[data-prompt="failed"]').wait_for(timeout=60_000)
        self.album.shot(page, "waved-photo-refused")
        page.close()

    def pass_liveness(self) -> None:
        """The honest person does what each prompt asks."""
        page = self.page = self.opened(self.trainee)
        stand_in(page, self.clips)
        self._to_room(page)
        self._ask_for_check(page)
        page.locator('[data-prompt="action"]').wait_for(timeout=60_000)
        self.album.shot(page, "liveness-prompt")
        self._pass(page)
        self.album.shot(page, "lesson-begins")

    def _pass(self, page: Page, tries: int = 7) -> None:
        """Until the lesson counts; a check that is missed, as people and busy machines miss some, is tried again."""
        counting = page.locator('[data-part="state"][data-state="counting"]')
        failed = page.locator('[data-prompt="failed"]')
        for _ in range(tries):
            counting.or_(failed).filter(visible=True).first.wait_for(timeout=60_000)
            if not failed.is_visible():
                return
            self.say(f"liveness missed: {failed.inner_text()!r}")
            page.locator('[data-do="retry"]').click()
            failed.wait_for(state="hidden")
        raise AssertionError("the honest person was refused every time")

    # --- B5: study ----------------------------------------------------------------------------------------------------

    def second(self) -> int:
        """What the player shows, in seconds of the lesson."""
        minutes, seconds = self.page.locator('[data-part="time"]').inner_text().split(":")
        return int(minutes) * 60 + int(seconds)

    def watch_a_while(self, seconds: int = 16) -> None:
        page = self.page
        until(lambda: self.second() >= seconds, page, seconds=60, what=f"{seconds} s of the lesson")
        page.locator('[data-part="saved"]').wait_for()
        self.album.shot(page, "studying")
        before = self.second()
        page.evaluate("document.querySelector('.player-video').currentTime += 20")
        page.wait_for_timeout(1500)
        assert self.second() < before + 8, "seeking moved the lesson"

    def leave_and_come_back(self) -> None:
        """What was committed is where the lesson goes on."""
        page, reached = self.page, self.second()
        page.goto(f"{self.site}/my/")
        self.album.shot(page, "left-in-the-middle", full=True)
        self._to_room(page)
        self._ask_for_check(page)
        self._pass(page)
        again = self.second()
        assert reached - 11 <= again <= reached + 6, f"left at {reached} s, back at {again} s"
        self.album.shot(page, "back-where-it-was")

    def walk_away(self) -> None:
        """Nobody in front of the camera: the next snapshot pauses the lesson; back again, it goes on."""
        page = self.page
        page.evaluate("window.__person.mode = 'absent'")
        page.locator('[data-part="pause"]').wait_for(timeout=90_000)
        self.album.shot(page, "paused-nobody-there")
        page.evaluate("window.__person.mode = 'honest'")
        self.take_up_again(page)

    def take_up_again(self, page: Page) -> None:
        self.say(page.locator('[data-part="pause-title"]').inner_text())
        page.locator('[data-part="act"]').click()
        check = page.locator('[data-do="check"], [data-do="retry"]').filter(visible=True)
        counting = page.locator('[data-part="state"][data-state="counting"]')
        counting.or_(check).first.wait_for(timeout=60_000)
        if check.count():
            check.first.click()
        self._pass(page)

    def study_to_the_end(self) -> None:
        """All lessons, one after the other by themselves, until the manual's notice stands there."""
        page, seen = self.page, {page_heading(self.page)}
        notice, pause = page.locator("[data-notice]"), page.locator('[data-part="pause"]')

        def done() -> bool:
            if notice.count():
                return True
            if pause.is_visible():
                self.take_up_again(page)
            heading = page_heading(page)
            if heading not in seen and self.second() >= 24:
                seen.add(heading)
                self.album.shot(page, f"lesson-{len(seen)}")
            return False

        until(done, page, seconds=PLAN_S * 2.5, what="all lessons", every_ms=1000)
        assert notice.locator("p").first.inner_text() == NOTICE
        until(lambda: page.evaluate(FIRST_PICTURE), page, seconds=20, what="the first picture of the replay")
        self.album.shot(page, "all-hours-complete", full=True)
        sms = until(
            lambda: next((m for m in self._sms() if m.template == "hours_complete"), None),
            page, seconds=20, what="the SMS of complete hours",
        )  # fmt: skip
        assert sms.text == NOTICE
        self._show_sms("sms-hours-complete")

    def _sms(self) -> list[Message]:
        with closing(context_of(self.browser)) as anybody:
            page = anybody.new_page()
            page.goto(f"{self.where.portal}/demo/?part=sms")
            return messages_to(page, self.where, self.person)

    def _show_sms(self, name: str) -> None:
        """The demo page with the newest messages beside the accounts."""
        with closing(context_of(self.browser)) as anybody:
            page = self.opened(anybody)
            page.goto(f"{self.where.portal}/demo/")
            self.album.shot(page, name)


def page_heading(page: Page) -> str:
    return page.locator('[data-part="heading"]').inner_text()
