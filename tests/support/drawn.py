"""Accessibility of every template of ours: each page that a test is the first to draw is kept, and after `fab test
--full` real Chromiums open them all and ask axe-core. A broken rule, or a template that nobody drew, fails the run.

A new template is met without being listed. For a part of the tests: ZHUXUE_DRAWN names an empty folder, and then
`python -m tests.support.drawn FOLDER`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("site", "tenants", "cms", "learning", "proctoring", "exams", "certs")
FOLDER = "ZHUXUE_DRAWN"
# Drawn on paper, as a file or as the first words of a page: no browser sees them as they are.
NO_PAGES = re.compile(r"/pdf/|/seed/|_pdf\.html$")
# What no page of these tests shows, with the test that looks at it.
PARTS = {
    "demo/_sms.html": "in a demo only; tests/e2e/test_opening.py looks at it",
    "demo/guide.html": "in a demo only; tests/e2e/test_opening.py looks at it",
    "cms/centre/my_data_copy.html": "a file of the copy of one's data; tests/web/test_my_data.py reads it",
}
# A part that a script puts into a page, as a page.
FRAGMENT = """<!doctype html><html lang="zh-hans"><head><title>-</title>
<link rel="stylesheet" href="/static/zx/tokens.css">
<link rel="stylesheet" href="/static/%s"></head><body><main><h1>-</h1>%s</main></body></html>"""
# Scripts have run, nothing moves; or the page was about to lead elsewhere, and was kept from it.
SETTLED = """document.readyState === "complete" &&
  document.getAnimations().every(({ playState }) => playState !== "running")"""
SETTLES_MS = 1500
# The browser's process needs settings, no servers.
NOWHERE = {"ZHUXUE_ENV": "test", "DATABASE_URL": "postgresql://nowhere/none", "REDIS_URL": "redis://nowhere",
           "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-dev-shm-usage"]  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A page as a test got it, and the templates that nobody of this process had drawn before."""

    url: str
    html: str
    templates: frozenset[str]
    test: str


@cache
def ours() -> frozenset[str]:
    """Names of the templates that are pages or parts of pages."""
    files = {path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html")}
    names = {path.as_posix().partition("/templates/")[2] for path in files}
    return frozenset(name for name in names if not NO_PAGES.search(f"/{name}"))


_seen: set[str] = set()


def keep(response: Any, url: str) -> None:
    """Write the page down when it shows a template for the first time in this process."""
    names = {str(template.name) for template in getattr(response, "templates", ())}
    new = (names & ours()) - _seen
    if not new or getattr(response, "streaming", False) or response.headers.get("Location"):
        return
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return
    html = response.content.decode("utf-8", "replace")
    if "<html" not in html:
        html = FRAGMENT % ("zx/console.css" if "/admin/" in url else "zx/base.css", html)
    _seen.update(new)
    page = {"url": url, "html": html, "templates": sorted(new), "test": os.environ.get("PYTEST_CURRENT_TEST", "")}
    name = sha256(" ".join(sorted(new)).encode()).hexdigest()[:20]
    Path(os.environ[FOLDER], f"{name}-{os.getpid()}.json").write_text(json.dumps(page))


def _watch_clients() -> None:
    from django.test import Client

    plain = Client.request

    def request(self: Client, **environ: Any) -> Any:
        response = plain(self, **environ)
        host = environ.get("HTTP_HOST") or self.defaults.get("HTTP_HOST") or "testserver"
        keep(response, f"http://{host}{environ.get('PATH_INFO', '/')}")
        return response

    Client.request = request  # type: ignore[method-assign]


# --- pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and is_whole(config) and FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="zhuxue-drawn-")


def pytest_sessionstart(session: pytest.Session) -> None:
    if os.environ.get(FOLDER):
        _watch_clients()


def is_whole(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "full", False)) and not config.option.keyword and not config.option.collectonly


_said: list[str] = []


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not is_whole(session.config):
        return
    folder = os.environ[FOLDER]
    command = [sys.executable, "-m", "tests.support.drawn", folder, "--all"]
    environment = os.environ | NOWHERE | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    looked = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    shutil.rmtree(folder, ignore_errors=True)
    if looked.returncode:
        _said.extend((looked.stdout + looked.stderr).splitlines())
        if session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _said:
        terminalreporter.section("templates that break a rule of accessibility, or that nobody drew")
        for line in _said:
            terminalreporter.line(line)


# --- the browser, in a process of its own


def pages_in(folder: Path) -> list[Drawn]:
    """Those that add a template, those with most templates first."""
    read = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    found, seen = [], set[str]()
    for page in sorted(read, key=lambda page: -len(page["templates"])):
        new = frozenset(page["templates"]) - seen
        if new:
            seen |= new
            # A secure context, without which there is no camera to ask for.
            url = re.sub(r"^(http://[\w.]*)\.test\b", r"\1.localhost", page["url"])
            found.append(Drawn(url, page["html"], new, page["test"]))
    return found


class Look:
    """A browser whose network is the page that is being looked at, and the files of ours beside it."""

    def __init__(self, page: Any) -> None:
        self.page, self.one = page, Drawn("", "", frozenset(), "")
        page.set_default_timeout(30_000)
        page.route("**/*", self.answer)

    def answer(self, route: Any) -> None:
        from django.contrib.staticfiles import finders

        if route.request.url == self.one.url:
            route.fulfill(body=self.one.html, content_type="text/html; charset=utf-8")
            return
        if route.request.is_navigation_request():
            route.abort("aborted")  # a script that leads elsewhere: the page stays
            return
        path = urlsplit(route.request.url).path
        if path.startswith("/static/wagtail") and path.endswith(".js") and "/admin/pages/" not in self.one.url:
            path = ""  # its sidebar and dialogs are not ours, and take most of the time
        file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        route.fulfill(path=file) if file else route.fulfill(status=404, body="")

    def broken_by(self, one: Drawn) -> list[str]:
        """A line for each rule that the page breaks."""
        from playwright.sync_api import TimeoutError

        from tests.support.axe import violations

        self.one = one
        self.page.goto(one.url, wait_until="commit")
        with suppress(TimeoutError):
            self.page.wait_for_function(SETTLED, timeout=SETTLES_MS)
        said = violations(self.page)
        return [f"{one.url} ({one.test.partition(' ')[0]}): {line}" for line in said]


def look(pages: list[Drawn]) -> list[str]:
    """Sentences about the rules that these pages break."""
    import django
    from playwright.sync_api import sync_playwright

    django.setup()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        viewport = {"width": 1440, "height": 900}
        page = browser.new_page(locale="zh-CN", viewport=viewport, reduced_motion="reduce")
        network = Look(page)
        said = [line for one in pages for line in network.broken_by(one)]
        browser.close()
    return said


def never_drawn(pages: list[Drawn]) -> list[str]:
    lost = ours() - frozenset().union(*(one.templates for one in pages))
    said = [f"nobody drew {name}" for name in sorted(lost - PARTS.keys())]
    return said + [f"drawn after all: {name}" for name in sorted(PARTS.keys() - lost)]


def main(folder: str, *flags: str) -> int:
    """Two browsers share the pages. `--all`: templates that are in no page are said, too."""
    pages = pages_in(Path(folder))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        said = [line for part in pool.map(look, (pages[::2], pages[1::2])) for line in part]
    said += never_drawn(pages) if "--all" in flags else []
    print("\n".join(said) or f"axe looked at {len(pages)} pages")
    return bool(said)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
