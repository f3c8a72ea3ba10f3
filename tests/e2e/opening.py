"""How an institution comes to be: the portal's tabs, the wizard, its manager's first day, suspension, the audit trail.

Each step is what a person does in the browser and ends with a screenshot, like `journey.py`.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django_otp.oath import TOTP

from demo import cast
from tenants.naming import credit_check_character
from tenants.roles.roles import Role
from tests.e2e.browser import Album, context_of
from tests.e2e.people import PASSWORD_OF_THE_JOURNEY, Addresses, Person, give_password, latest_code, sign_in, staff

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEND = "form.zx-form .zx-footbar button[type=submit].button"


@dataclass
class Opening:
    """One run; `number` keeps what it opens apart from what earlier runs opened in the same demo."""

    browser: Browser
    where: Addresses
    album: Album
    say: Callable[[str], None]
    number: int = field(default_factory=lambda: int(time.time()) % 90_000)
    console: Page = field(init=False, repr=False)
    desk: Page = field(init=False, repr=False)
    manager: Person = field(init=False, repr=False)

    @property
    def page(self) -> Page:
        """Where a stopped run is photographed."""
        return getattr(self, "desk", self.console)

    @property
    def label(self) -> str:
        return f"xijiang{self.number}"

    @property
    def name(self) -> str:
        return f"西江建设职业培训学校{self.number}"

    @property
    def site(self) -> str:
        return self.where.site(self.label)

    def choose_the_tab(self) -> None:
        """The portal's three doors; a superadmin goes through the first."""
        self.console = self._page()
        for tab in ("person", "institution", "association"):
            self.console.goto(f"{self.where.portal}/signin/?tab={tab}")
            self.album.shot(self.console, f"tab-{tab}")
        sign_in(self.console, self.where, staff(cast.PORTAL, Role.SUPERADMIN), self.where.portal, tab="association")
        assert self.console.url.startswith(f"{self.where.portal}/admin/"), self.console.url

    def fill_in_the_wizard(self) -> None:
        """Five steps; a wrong number is said at its field, and everything typed is still there."""
        page, body = self.console, f"5244{self.number:013d}"
        self.manager = Person("梁永昌", self._id_number(), "", f"1371{self.number:07d}")
        page.goto(f"{self.where.portal}/admin/console/institutions/open/")
        names = {
            "name": self.name, "short_name": f"西江{self.number}", "credit_code": f"{body}0", "contact_name": "梁永昌",
            "phone": "0758-2233445", "region": "肇庆", "address": "端州区江滨路 8 号",
        }  # fmt: skip
        right = credit_check_character(body)
        if right == "0":
            names["credit_code"] = f"{body}1"
        self._fill(names)
        page.locator(SEND).click()
        page.locator(".zx-field:has(#id_credit_code) .zx-field__err").wait_for()
        assert page.locator("#id_name").input_value() == self.name
        self.album.shot(page, "wizard-wrong-number")
        self._fill({"credit_code": f"{body}{right}"})
        self._on("positions")
        for box in page.locator("input[name=position_codes]").all()[:3]:
            box.check()
        self.album.shot(page, "wizard-positions")
        self._on("address")
        self._fill({"subdomain": self.label})
        self._on("look")
        self._fill({"brand_main": "#1f5a7a", "brand_accent": "#b3541e"})
        page.locator("#preview table").wait_for()
        self.album.shot(page, "wizard-look")
        self._on("manager")
        self._fill({
            "manager_name": self.manager.name, "manager_id_number": self.manager.id_number,
            "manager_phone": self.manager.phone,
        })  # fmt: skip
        self._on("check")
        self.album.shot(page, "wizard-check", full=True)

    def open_it(self) -> None:
        """Schema, pages, roles, invitation: at once."""
        self.console.locator("#open button[type=submit]").click()
        self.console.locator(".zx-sms").wait_for()
        assert self.name in self.console.locator("main").inner_text()
        self.album.shot(self.console, "opened")
        visitor = self._page()
        visitor.goto(self.site)
        assert self.name in visitor.title()
        self.album.shot(visitor, "new-site", full=True)
        visitor.context.close()

    def the_manager_comes(self) -> None:
        """Code by SMS, a password, an authenticator app; only then the admin opens."""
        page = self.desk = self._page()
        self.manager.password = cast.INITIAL_PASSWORD
        give_password(page, self.where, self.manager, self.site)
        page.locator("form:has(#id_password) button[type=submit]").click()
        page.wait_for_url("**/signin/first/")
        page.locator("#id_code").fill(latest_code(page, self.where, self.manager))
        page.locator("form:has(#id_code) button[type=submit]").click()
        for name in ("password", "again"):
            page.locator(f"#id_{name}").fill(PASSWORD_OF_THE_JOURNEY)
        page.locator("form[data-new-password] button[type=submit]").click()
        page.wait_for_url("**/signin/second/enrol/**")
        self.album.shot(page, "authenticator")
        page.locator("#id_code").fill(self._code_of(page.locator("#key").inner_text()))
        page.locator("form:has(#id_code) button[type=submit]").click()
        page.locator("#codes").wait_for()
        self.album.shot(page, "recovery-codes")
        page.locator("a.btn-primary").click()
        page.wait_for_url(f"{self.site}/admin/")
        self.album.shot(page, "new-desk")
        page.goto(f"{self.site}/my/security/")
        self.album.shot(page, "sessions", full=True)

    def suspend_it(self) -> None:
        """Visitors read a notice; the manager may look and change nothing."""
        page = self.console
        page.goto(f"{self.where.portal}/admin/console/institutions/?q={self.name}")
        page.get_by_role("link", name=f"西江{self.number}").first.click()
        page.locator("details:has(#why-suspended) summary").click()
        page.locator("#why-suspended").fill("年度检查未完成")
        page.locator("button[name=state][value=suspended]").click()
        page.locator("#reason .zx-state--review, #reason .zx-state--fail").first.wait_for()
        self.album.shot(page, "institution", full=True)
        # Pages that are refused on purpose: nobody listens to their consoles.
        visitor = context_of(self.browser).new_page()
        answer = visitor.goto(self.site)
        assert answer is not None
        assert answer.status == 503
        self.album.shot(visitor, "suspended")
        visitor.context.close()
        desk = self.desk.context.new_page()
        desk.goto(f"{self.site}/admin/desk/staff/")
        kept = desk.evaluate("""async () => (await fetch("", {method: "POST", body: new FormData(
            document.querySelector("form[method=post]:has([name=csrfmiddlewaretoken])"))})).status""")
        assert kept == 403
        page.goto(f"{self.where.portal}/admin/console/audit/")
        assert "西江" in page.locator("main").inner_text()
        self.album.shot(page, "audit")

    def _page(self) -> Page:
        return self.album.listen(context_of(self.browser).new_page())

    def _fill(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            self.console.locator(f"#id_{name}").fill(value)

    def _on(self, step: str) -> None:
        self.console.locator(SEND).click()
        self.console.wait_for_url(f"**/open/{step}/")

    def _id_number(self) -> str:
        return cast.id_number(self.number, "441202", f"19{70 + self.number % 20}0415", female=False)

    @staticmethod
    def _code_of(letters: str) -> str:
        """What the app shows for the key that the page spells out (base32, RFC 6238)."""
        spelt = "".join(letters.split())
        return f"{TOTP(base64.b32decode(spelt + '=' * (-len(spelt) % 8))).token():06d}"


STEPS = ("choose_the_tab", "fill_in_the_wizard", "open_it", "the_manager_comes", "suspend_it")
