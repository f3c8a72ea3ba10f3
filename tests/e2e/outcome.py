"""What follows studying (issue 2, B6–B8): exam, review, certificate, upload, renewal, verification; and a clearing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tenants.messages.templates import TEMPLATES
from tenants.roles.roles import Role
from tests.e2e import papers
from tests.e2e.browser import context_of, fetched
from tests.e2e.journey import HOME, Journey
from tests.e2e.people import messages_to, sign_in, staff, trainee, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

POSITION = "劳务员"
TAINTED = 108  # 冯永康 of the cast: somebody else was seen in his study
CLEAR_REASON = "抓拍中出现他人，判定为替学。"
RIGHT_AT_FIRST = 18  # of 50 questions: not enough
UPLOAD_S = 120  # the minute in which the reviewer may undo, and the sweep that uploads


class Outcome(Journey):
    """The second half of the journey."""

    # --- B6: exam -----------------------------------------------------------------------------------------------------

    def fail_the_exam(self) -> None:
        page = self.page
        page.goto(self.room_url.replace("/study/", "/exam/"))
        self.album.shot(page, "exam-rules")
        self._sit_down(page)
        self._answer(page, right=RIGHT_AT_FIRST)
        self.album.shot(page, "exam-paper")
        self._hand_in(page)
        self.album.shot(page, "exam-failed", full=True)

    def pass_the_exam(self) -> None:
        page = self.page
        page.goto(self.room_url.replace("/study/", "/exam/"))
        self._sit_down(page)
        self._answer(page, right=50)
        self._hand_in(page)
        self.album.shot(page, "exam-passed", full=True)

    def _sit_down(self, page: Page) -> None:
        """The face check before the paper, tried again as people do when an action was missed."""
        page.locator(".exam-begin a").click()
        self._ask_for_check(page)
        paper, failed = page.locator("main[data-attempt]"), page.locator('[data-prompt="failed"]')
        for _ in range(4):
            paper.or_(failed).filter(visible=True).first.wait_for(timeout=60_000)
            if not failed.is_visible():
                return
            page.locator('[data-do="retry"]').click()
            failed.wait_for(state="hidden")
        raise AssertionError("the honest person was refused every time")

    def _answer(self, page: Page, *, right: int) -> None:
        """Answer all questions: the first `right` of them from the bank, the others one letter aside."""
        page.wait_for_url("**/exam/attempt/**")
        sections = page.locator("section.question")
        for index in range(sections.count()):
            section = sections.nth(index)
            section.wait_for()
            labels = section.locator("label.option")
            options = dict(self._option(labels.nth(i)) for i in range(labels.count()))
            letters = papers.right_letters(section.locator("legend").inner_text(), options)
            if index >= right:
                letters = [next(letter for letter in options if [letter] != letters)]
            for letter in letters:
                section.locator(f'input[value="{letter}"]').check(force=True)
            section.locator(".answer-state.is-saved").wait_for()
            if index < sections.count() - 1:
                section.locator('[data-step="1"]').click()

    def _option(self, label: object) -> tuple[str, str]:
        letter, text = label.locator("input").get_attribute("value"), label.locator("span").last.inner_text()  # type: ignore[attr-defined]
        return letter, text

    def _hand_in(self, page: Page) -> None:
        page.locator(".sheet [data-hand-in]").click()
        page.locator("#hand-in-button").click()
        page.wait_for_url("**/result/")

    # --- B7: review ---------------------------------------------------------------------------------------------------

    def association_approves(self) -> None:
        with closing(context_of(self.browser)) as office:
            page = self._reviewer(self.opened(office))
            self.album.shot(page, "review-queue")
            self._open_case(page, self.person.name)
            page.locator("img").last.scroll_into_view_if_needed()
            page.locator("img").first.scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
            self.album.shot(page, "review-case")
            page.locator("#d-pass").check()
            if page.locator(".zx-note--review").count():
                page.locator("#reason").fill("抓拍均为本人。")
            page.locator("#decide button[type=submit]").click()
            page.wait_for_load_state()
            self.album.shot(page, "review-approved")
        sms = until(
            lambda: next((m for m in self._sms() if m.template == "hours_approved"), None),
            self.page, seconds=10, what="the SMS of the approval",
        )  # fmt: skip
        assert sms.text == TEMPLATES["hours_approved"].text

    def _reviewer(self, page: Page) -> Page:
        sign_in(page, self.where, staff("association", Role.HOURS_REVIEWER), self.where.portal, tab="association")
        page.goto(f"{self.where.portal}/admin/console/reviews/")
        return page

    def _open_case(self, page: Page, name: str) -> None:
        """The queue's line of a person; a review opens a few seconds after the hours are complete."""
        line = page.get_by_role("link", name=name, exact=True)

        def there() -> bool:
            if line.count():
                return True
            page.reload()
            return False

        until(there, page, seconds=20, what=f"{name} in the queue", every_ms=2000)
        line.first.click()
        page.locator("#decide").wait_for()

    # --- B8: certificates ---------------------------------------------------------------------------------------------

    def print_the_hours_certificate(self) -> None:
        page = self.page
        page.goto(f"{self.site}/my/certificates/")
        self.album.shot(page, "certificates", full=True)
        path = page.locator('a[href$=".pdf"]').first.get_attribute("href") or ""
        pdf = self._pdf(page, path, "hours-certificate")
        assert self.person.name in pdf
        assert POSITION in pdf
        assert self.person.id_number in pdf

    def _pdf(self, page: Page, path: str, name: str) -> str:
        """Fetch a PDF as the person does; its picture goes into the album, its text comes back."""
        status, pdf = fetched(page, path)
        assert status == 200, f"{path}: {status}"
        assert pdf.startswith(b"%PDF")
        (self.album.folder / f"{name}.pdf").write_bytes(pdf)
        self.album.keep(papers.png_of(pdf), name)
        self.qr = papers.qr_of(pdf)
        return papers.text_of(pdf)

    qr: str = ""

    def renew_on_the_portal(self) -> None:
        """The uploaded hours stand under 继续教育; 证书更新 voids the post certificate and issues the new one."""
        page = self.page = self.opened(self.trainee)
        sign_in(page, self.where, self.person, self.where.portal, tab="person")
        page.goto(f"{self.where.portal}/my/hours/")

        def uploaded() -> bool:
            if page.locator("tbody tr td strong").first.inner_text().startswith("32"):
                return True
            page.reload()
            return False

        until(uploaded, page, seconds=UPLOAD_S, what="the uploaded hours", every_ms=3000)
        self.album.shot(page, "hours-recorded")
        page.goto(f"{self.where.portal}/my/certificates/")
        self.album.shot(page, "before-the-renewal", full=True)
        page.locator('a[href*="/renew/"]').first.click()
        self.album.shot(page, "renewal")
        page.locator('form[action*="/renew/"] button[type=submit]').click()
        page.wait_for_url("**/my/certificates/**")
        self.album.shot(page, "renewed", full=True)
        path = page.locator(".cert-table a[href$='.pdf']").first.get_attribute("href") or ""
        pdf = self._pdf(page, path, "qualification-certificate")
        assert "住房和城乡建设领域施工现场专业人员职业培训合格证" in pdf.replace("\n", "")
        assert self.person.name in pdf

    def anybody_verifies(self) -> None:
        """The QR code leads somebody who is not signed in to the verdict."""
        assert self.qr.startswith(f"{self.where.portal}/"), self.qr
        with closing(context_of(self.browser)) as anybody:
            page = self.opened(anybody)
            page.goto(self.qr)
            page.locator(".verdict.is-valid").wait_for()
            self.album.shot(page, "verified-by-qr", full=True)
            forged = urlsplit(self.qr).path.rstrip("/")[:-4] + "AAAA/"
            page.goto(self.where.portal + forged)
            page.locator(".verdict.is-unknown").wait_for()

    # --- clearing -----------------------------------------------------------------------------------------------------

    def association_clears(self) -> None:
        """Hours to zero, the exam stays, the manual's words by SMS, and the person may study again."""
        person = trainee(TAINTED)
        with closing(context_of(self.browser)) as office:
            page = self._reviewer(self.opened(office))
            if not page.get_by_role("link", name=person.name, exact=True).count():
                self.say(f"{person.name}'s hours were cleared by an earlier tour")
                return
            self._open_case(page, person.name)
            page.locator("#d-clear").check()
            page.locator('input[name=ground][value="not_self"]').check()
            page.locator("#reason").fill(CLEAR_REASON)
            self.album.shot(page, "clearing")
            page.locator("#decide button[type=submit]").click()
            page.wait_for_load_state()
        with closing(context_of(self.browser)) as home:
            page = self.opened(home)
            page.goto(f"{self.where.portal}/demo/")
            cleared = [m for m in messages_to(page, self.where, person) if m.template == "hours_cleared"]
            told = {"name": person.name, "position": "土建质量员", "year": self._year(page)}
            assert [m.text for m in cleared] == [TEMPLATES["hours_cleared"].text.format(**told)]
            sign_in(page, self.where, person, self.site)
            page.goto(f"{self.site}/my/")
            self.album.shot(page, "cleared-study-again", full=True)
            assert page.locator(".ring-label strong").first.inner_text() == "0.0"
            page.locator('a[href^="/study/"]').first.click()
            page.locator('[data-devices], [data-do="check"], [data-room="none"]').filter(visible=True).first.wait_for()

    def _year(self, page: Page) -> int:
        """This year in the province."""
        return int(page.evaluate("new Date().toLocaleDateString('en', {timeZone: 'Asia/Shanghai', year: 'numeric'})"))


STEPS = (
    "arrive", "sign_in_first", "complete_profile", "clerk_confirms", "see_training", "camera_refused",
    "waved_photo_is_refused", "pass_liveness", "watch_a_while", "leave_and_come_back", "walk_away", "study_to_the_end",
    "fail_the_exam", "pass_the_exam", "association_approves", "print_the_hours_certificate", "renew_on_the_portal",
    "anybody_verifies", "association_clears",
)  # fmt: skip
__all__ = ["HOME", "STEPS", "Outcome"]
