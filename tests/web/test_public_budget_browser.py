"""What a visitor's browser has to fetch and draw for a public page, and what a keyboard reaches, in a real Chromium.

Sizes are of gzip, as nginx sends them (deploy/nginx): the demo's own server does not compress.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright
from wagtail.rich_text import RichText

from tests.support.axe import violations
from tests.support.live import daphne
from tests.support.pages import picture, seed
from tests.support.portal import make_appraisal, make_expert

pytestmark = pytest.mark.django_db(transaction=True)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CSS_MAX, SCRIPT_MAX, TOTAL_MAX, REQUESTS_MAX, SHIFT_MAX = 30_000, 20_000, 200_000, 20, 0.02
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

COLOURS = """([part, ground]) => [getComputedStyle(document.querySelector(part)).color,
  getComputedStyle(document.querySelector(ground)).backgroundColor]"""
KEYBOARD = Path(__file__).parents[1] / "tools" / "keyboard.js"
FOCUS = "keyboard.focus()"


@dataclass
class Fetched:
    """What one page made the browser fetch: address → bytes as sent with gzip, by kind."""

    css: dict[str, int] = field(default_factory=dict)
    scripts: dict[str, int] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    total: int = 0
    count: int = 0

    def note(self, response: Any) -> None:
        if urlsplit(response.url).scheme not in {"http", "https"}:
            return
        self.count += 1
        self.hosts.add(urlsplit(response.url).netloc)
        if response.status != 200:
            return
        kind = response.request.resource_type
        size = len(response.body()) if kind in {"image", "font"} else len(gzip.compress(response.body()))
        self.total += size
        if kind in {"stylesheet", "script"}:
            {"stylesheet": self.css, "script": self.scripts}[kind][response.url] = size


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
    if fetched.total > TOTAL_MAX:
        said.append(f"{fetched.total} bytes in all")
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
def visited(lingzhu: Any, association: Any, in_tenant: Any) -> Any:
    """The seeded site and portal behind a real server; `visited(width)` is a page of a new visitor."""
    foot = {"footer_text": "主办单位", "icp_number": "粤ICP备12345678号", "police_number": "粤公网安备44010602000001号"}
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(
        region="广州", position_codes=["101"], address="天河路 1 号", **foot
    )
    home = seed(lingzhu, notices=3, fees=2)
    with in_tenant(lingzhu):
        image = picture()
        image.contextual_alt_text, image.decorative = "教室", False
        words = {"side": "left", "title": "教室", "text": RichText("<p>两间</p>")}
        home.about = [("beside", {"picture": image} | words), ("picture", {"picture": image, "caption": "一角"})]
        home.save()
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
            context.add_init_script(path=KEYBOARD)
            return context.new_page()

        visitor.site, visitor.portal = server.site(lingzhu), f"http://localhost:{server.port}"
        yield visitor
        browser.close()


def test_public_pages_are_light_still_and_open_to_everybody(visited: Any) -> None:
    addresses = [*(visited.site + path for path in SITE), *(visited.portal + path for path in PORTAL)]
    said = []
    for width in (1440, 390):
        page = visited(width)
        said += [sentence for address in addresses for sentence in look(page, address)]
    assert said == []


def test_the_look_is_readable_in_the_dark_and_on_paper(visited: Any) -> None:
    page = visited(1440)
    page.emulate_media(color_scheme="dark")
    assert look(page, visited.site + "/styleguide/") == []
    assert look(page, visited.site + "/") == []
    for scheme in ("light", "dark"):  # printed, it is black on white whatever the screen was
        page.emulate_media(media="print", color_scheme=scheme)
        page.goto(visited.site + "/")
        page.evaluate(f"document.documentElement.dataset.theme = '{scheme}'")
        assert page.evaluate(COLOURS, [".hero h1", ".hero"]) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert not page.locator(".site-footer, .site-nav, .hero-drawing, .hero .btn").filter(visible=True).count()


def walk(page: Any, address: str) -> list[str]:
    """Press Tab from the top to the end; sentences about what is reached unseen, without a ring, twice or never."""
    page.goto(address, wait_until="load")
    stops, names, said = page.evaluate("keyboard.stops()"), [], []
    for _press in range(stops + 2):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or focus["again"]:
            break
        names.append(focus["name"])
        if not focus["seen"]:
            said.append(f"cannot be seen: {focus['html']}")
        if not focus["ring"]:
            said.append(f"has no ring: {focus['html']}")
    if len(names) != stops:
        said.append(f"{len(names)} of {stops} reached: {names}")
    return [f"{address}: {one}" for one in said]


def test_a_visitor_needs_no_mouse(visited: Any) -> None:
    page = visited(1440)
    addresses = [visited.site + path for path in ("/", "/fees/", "/faq/", "/search/?q=公告", "/signin/")]
    addresses += [visited.portal + path for path in ("/", "/institutions/", "/experts/", "/verify/", "/apply/")]
    assert [said for address in addresses for said in walk(page, address)] == []
    page.goto(visited.site + "/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "跳到正文"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.goto(visited.site + "/search/")
    page.locator("main input[name=q]").focus()
    page.keyboard.type("公告 2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    while page.evaluate(FOCUS) is None or "公告 2" not in page.evaluate(FOCUS)["name"]:
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS) is not None, "the result was never reached"
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/*/")
