"""People of the journey and the doors all of them use: sign-in, the SMS on the demo page, meeting a newcomer."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from demo import cast
from tenants.roles.roles import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

T = TypeVar("T")
PASSWORD_OF_THE_JOURNEY = "gongdi2026"
SMS = re.compile(r'<li data-phone="(\d+)" data-template="(\w+)" data-state="(\w+)">.*?demo-sms-text">(.*?)</p>', re.S)


@dataclass
class Person:
    name: str
    id_number: str
    password: str
    phone: str = ""


@dataclass(frozen=True)
class Message:
    template: str
    state: str
    text: str


@dataclass(frozen=True)
class Addresses:
    """Where the tenants of a running demo answer."""

    portal: str

    def site(self, name: str) -> str:
        parts = urlsplit(self.portal)
        return f"{parts.scheme}://{name}.{parts.netloc}"


def staff(tenant: str, role: Role) -> Person:
    one = next(one for one in cast.STAFF if one.tenant == tenant and one.role == role)
    return Person(one.name, one.id_number, cast.PASSWORD, one.phone)


def trainee(number: int) -> Person:
    """A trainee of the demo's cast."""
    one = next(one for one in cast.TRAINEES if one.number == number)
    return Person(one.name, one.id_number, one.password, one.phone)


def until(ask: Callable[[], T | None], page: Page, *, seconds: float, what: str, every_ms: int = 500) -> T:
    """Ask again and again until the answer is truthy."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        page.wait_for_timeout(every_ms)


def meet_newcomer(page: Page, where: Addresses, institution: str) -> Person:
    """Have the demo enrol one more new trainee, and read who it is."""
    page.goto(f"{where.portal}/demo/")
    page.locator(f'form[action$="/newcomer/{institution}/"] button').click()
    said = page.locator(".toast").inner_text()
    found = re.search(r"[:：]\s*(\S+?)[,，].*?(\d{17}[\dX]).*?(1\d{10})", said)
    assert found, said
    return Person(found[1], found[2], cast.INITIAL_PASSWORD, found[3])


def messages_to(page: Page, where: Addresses, person: Person) -> list[Message]:
    """The person's SMS, newest first, as the demo page shows them."""
    shown = page.request.get(f"{where.portal}/demo/?part=sms&phone={person.phone}").text()
    return [Message(t, s, html.unescape(text)) for phone, t, s, text in SMS.findall(shown) if phone == person.phone]


def latest_code(page: Page, where: Addresses, person: Person) -> str:
    """The six digits of the newest code."""
    newest = until(
        lambda: next((m for m in messages_to(page, where, person) if m.template.startswith("code_")), None),
        page, seconds=10, what="an SMS with a code",
    )  # fmt: skip
    found = re.search(r"\d{6}", newest.text)
    assert found, newest
    return found[0]


def give_password(page: Page, where: Addresses, person: Person, address: str, *, tab: str = "") -> None:
    """Fill in the sign-in form at `address`, the captcha too where the page shows one, and send it."""
    page.goto(f"{address}/signin/{'?tab=' + tab if tab else ''}")
    page.locator("#id_account").fill(person.id_number)
    page.locator("#id_password").fill(person.password)
    key = page.locator("input[name=captcha_0]")
    if key.count():
        answer = page.request.get(f"{where.portal}/demo/captcha/{key.input_value()}/").text()
        page.locator("input[name=captcha_1]").fill(answer)


def sign_in(page: Page, where: Addresses, person: Person, address: str, *, tab: str = "") -> None:
    """Sign in somebody who has done so before: password, and the code that a new device needs."""
    give_password(page, where, person, address, tab=tab)
    page.locator("form:has(#id_password) button[type=submit]").click()
    page.wait_for_load_state()
    if "/signin/code/" in page.url:
        page.locator("#id_code").fill(latest_code(page, where, person))
        page.locator("form:has(#id_code) button[type=submit]").click()
        page.wait_for_url(lambda url: "/signin/code/" not in url)
    if "/signin/second/" in page.url:
        show_second_factor(page, where, person)


def show_second_factor(page: Page, where: Addresses, person: Person) -> None:
    """What staff read off their phone, which the demo page stands for; a code that was used has to run out first."""

    def code() -> str:
        return page.request.get(f"{where.portal}/demo/?part=codes").json()[person.id_number]

    page.locator("#id_code").fill(until(code, page, seconds=65, what="a fresh code of the app"))
    page.locator("form:has(#id_code) button[type=submit]").click()
    page.wait_for_url(lambda url: "/signin/" not in url)
