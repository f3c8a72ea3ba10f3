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
    Person,
    give_password,
    latest_code,
    meet_newcomer,
    sign_in,
    staff,
)
from tests.tools.clips import Clips
from tests.tools.person import stand_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HOME = "lingzhu"
NOTICE = TEMPLATES["hours_complete"].text
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
        page.locator(".callout strong").first.wait_for()  # the page comes again by itself
        self.album.shot(page, "profile-complete", full=True)
        page.goto(f"{self.site}/my/")
        self.album.shot(page, "waiting-for-the-clerk", full=True)

    def _upload(self, kind: str, picture: bytes) -> None:
        section = self.page.locator(f'[data-capture="{kind}"]')
        section.locator("[data-file]").set_input_files(
            {"name": f"{kind}.jpg", "mimeType": "image/jpeg", "buffer": picture}
        )
        badge = section.locator("[data-badge].badge-ok")
        said = section.locator("[data-result] .field-error")
        badge.or_(said).first.wait_for()
        assert not said.count(), said.inner_text()

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

    def camera_refused(self) -> None:
        """No permission, no camera: a page that says what to do."""
        page = self.opened(self.trainee)
        page.goto(self.room_url)
        self._ask_for_check(page)
        page.locator('[data-room="none"]').wait_for()
        self.album.shot(page, "camera-refused")
        page.close()

    def _ask_for_check(self, page: Page) -> None:
        button = page.locator('[data-do="check"]')
        none = page.locator('[data-room="none"]')
        button.or_(none).first.wait_for()
        if button.is_visible():
            self.album.shot(page, "face-check") if not self._seen_check else None
            self._seen_check = True
            button.click()

    _seen_check: bool = field(default=False, init=False)

    def waved_photo_is_refused(self) -> None:
        page = self.opened(self.trainee)
        stand_in(page, self.clips, mode="photo")
        page.goto(self.room_url)
        self._ask_for_check(page)
        page.locator('[data-prompt="failed"]').wait_for(timeout=60_000)
        self.album.shot(page, "waved-photo-refused")
        page.close()

    def pass_liveness(self) -> None:
        """The honest person does what each prompt asks; a check may be missed as people do, and is tried again."""
        page = self.page = self.opened(self.trainee)
        stand_in(page, self.clips)
        page.goto(self.room_url)
        self._ask_for_check(page)
        page.locator('[data-prompt="action"]').wait_for(timeout=60_000)
        self.album.shot(page, "liveness-prompt")
        self._pass(page)
        self.album.shot(page, "lesson-begins")

    def _pass(self, page: Page, tries: int = 4) -> None:
        playing = page.locator("video[data-playing], .player video")
        failed = page.locator('[data-prompt="failed"]')
        for _ in range(tries):
            playing.or_(failed).filter(visible=True).first.wait_for(timeout=60_000)
            if not failed.is_visible():
                return
            self.say(f"liveness missed: {failed.inner_text()!r}")
            page.locator('[data-do="retry"]').click()
            failed.wait_for(state="hidden")
        raise AssertionError("the honest person was refused every time")
