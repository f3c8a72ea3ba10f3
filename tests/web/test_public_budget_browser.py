"""What a visitor's browser has to fetch and draw for a public page, in a real Chromium.

Sizes are of gzip, as nginx sends them (deploy/nginx): the demo's own server does not compress.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from tests.support.axe import violations
from tests.support.live import daphne
from tests.support.pages import seed
from tests.support.portal import make_appraisal, make_expert

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CSS_MAX, SCRIPT_MAX, REQUESTS_MAX, SHIFT_MAX = 30_000, 20_000, 20, 0.02
SITE = (
    "/",
    "/notices/",
    "/notices/20260101-1/",
    "/fees/",
    "/faq/",
    "/privacy/",
    "/search/",
    "/search/?q=公告",
    "/nothing/",
    "/styleguide/",
)
PORTAL = (
    "/", "/notices/", "/institutions/", "/institutions/?position=115", "/experts/", "/appraisals/", "/verify/",
    "/search/?q=岭筑", "/search/?q=鹦鹉螺", "/apply/",
)  # fmt: skip
SHIFTS = """window.__shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())
  if (!entry.hadRecentInput) window.__shift += entry.value; }).observe({ type: "layout-shift", buffered: true });"""


@dataclass
class Fetched:
    """What one page made the browser fetch: address → bytes as sent with gzip, by kind."""

    css: dict[str, int] = field(default_factory=dict)
    scripts: dict[str, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    count: int = 0

    def note(self, response: Any) -> None:
        if urlsplit(response.url).scheme not in {"http", "https"}:
            return
        self.count += 1
        self.hosts.add(urlsplit(response.url).netloc)
        kinds = {"stylesheet": self.css, "script": self.scripts}
        if response.request.resource_type in kinds:
            kinds[response.request.resource_type][response.url] = len(gzip.compress(response.body()))


def look(page: Any, address: str) -> list[str]:
    """Sentences about what goes over the budget or breaks a rule of accessibility."""
    fetched, answers = Fetched(), []

    def keep(response: Any) -> None:
        answers.append(response)

    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", keep)
    for answer in answers:
        fetched.note(answer)
    said = violations(page)
    if (css := sum(fetched.css.values())) > CSS_MAX:
        said.append(f"{css} bytes of style: {fetched.css}")
    if (script := sum(fetched.scripts.values())) > SCRIPT_MAX:
        said.append(f"{script} bytes of script: {fetched.scripts}")
    if fetched.hosts != {urlsplit(address).netloc}:
        said.append(f"fetched from {fetched.hosts}")
    if fetched.count > REQUESTS_MAX:
        said.append(f"{fetched.count} requests")
    if (shift := page.evaluate("window.__shift")) > SHIFT_MAX:
        said.append(f"layout shift of {shift:.3f}")
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > page.viewport_size["width"]:
        said.append(f"scrolls sideways: {wide}")
    return [f"{address} at {page.viewport_size['width']}: {one}" for one in said]


@pytest.fixture
def visited(lingzhu: Any, association: Any) -> Any:
    """The seeded site and portal behind a real server; `visited(width)` is a page of a new visitor."""
    foot = {"footer_text": "主办单位", "icp_number": "粤ICP备12345678号", "police_number": "粤公网安备44010602000001号"}
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(
        region="广州", position_codes=["101"], address="天河路 1 号", **foot
    )
    seed(lingzhu, notices=3, fees=2)
    seed(association, notices=3)
    make_expert()
    make_appraisal()
    with daphne() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*FLAGS, "--disable-dev-shm-usage"]
        )

        def visitor(width: int) -> Any:
            context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
            context.set_default_timeout(30_000)
            context.add_init_script(SHIFTS)
            return context.new_page()

        visitor.site, visitor.portal = server.site(lingzhu), f"http://localhost:{server.port}"
        yield visitor
        browser.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_public_pages_are_light_still_and_open_to_everybody(visited: Any, width: int) -> None:
    page = visited(width)
    addresses = [*(visited.site + path for path in SITE), *(visited.portal + path for path in PORTAL)]
    assert [said for address in addresses for said in look(page, address)] == []


def test_the_parts_of_the_look_are_readable_in_the_dark(visited: Any) -> None:
    page = visited(1440)
    page.emulate_media(color_scheme="dark")
    assert look(page, visited.site + "/styleguide/") == []
    assert look(page, visited.site + "/") == []


COLOURS = """([part, ground]) => [getComputedStyle(document.querySelector(part)).color,
  getComputedStyle(document.querySelector(ground)).backgroundColor]"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_printed_is_black_on_white_whatever_the_screen_was(visited: Any, scheme: str) -> None:
    page = visited(1440)
    page.emulate_media(media="print", color_scheme=scheme)
    page.goto(visited.site + "/")
    page.evaluate(f"document.documentElement.dataset.theme = '{scheme}'")
    assert page.evaluate(COLOURS, [".hero h1", ".hero"]) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not page.locator(".site-footer, .site-nav, .hero-drawing, .hero .btn").filter(visible=True).count()
