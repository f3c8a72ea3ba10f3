"""Chromium as the journey uses it, and the screenshots it leaves."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",  # a camera is there; nobody has allowed it yet
]  # fmt: skip
WIDE = {"width": 1440, "height": 900}
# A closed socket of a page that is left, a refused camera and a wrong code are part of the journey.
EXPECTED_NOISE = re.compile(r"favicon|status of (400|404)|WebSocket|ERR_ABORTED|Permission denied|NotAllowedError")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def context_of(browser: Browser) -> BrowserContext:
    """A person's own browser: Chinese, 1440 pixels wide, nothing remembered."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=WIDE, accept_downloads=True)
    context.set_default_timeout(20_000)
    return context


def _picture(page: Page, path: Path, *, full: bool) -> None:
    """Once more when the page went elsewhere in that moment, as one that shows progress does when it is done."""
    from playwright.sync_api import Error

    try:
        page.screenshot(path=str(path), full_page=full)
    except Error as error:
        if "Unable to capture screenshot" not in str(error):
            raise
        page.wait_for_load_state()
        page.screenshot(path=str(path), full_page=full)


@dataclass
class Album:
    """Numbered screenshots in a folder; collects what the pages' consoles complain about."""

    folder: Path
    count: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def shot(self, page: Page, name: str, *, full: bool = False) -> Path:
        """Take the next picture: `07-liveness-passed.png`."""
        self.count += 1
        path = self.folder / f"{self.count:02d}-{name}.png"
        _picture(page, path, full=full)
        return path

    def keep(self, picture: bytes, name: str) -> Path:
        """The next picture when it is not of a page."""
        self.count += 1
        path = self.folder / f"{self.count:02d}-{name}.png"
        path.write_bytes(picture)
        return path

    def listen(self, page: Page) -> Page:
        """Note errors of the page's console and scripts."""

        def heard(text: str) -> None:
            if not EXPECTED_NOISE.search(text):
                self.complaints.append(f"{page.url}: {text}")

        page.on("console", lambda message: heard(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: heard(str(error)))
        return page


FETCH = """async (path) => {
  const answer = await fetch(path, { redirect: "manual" });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return { status: answer.status, type: answer.type, body: btoa(text) };
}"""


def fetched(page: Page, path: str) -> tuple[int, bytes]:
    """Status and body of a path of the page's own host, asked for by the page itself (0: a redirect).

    Playwright's own requests do not resolve `*.localhost`; the browser does.
    """
    answer = page.evaluate(FETCH, path)
    return answer["status"], base64.b64decode(answer["body"])
