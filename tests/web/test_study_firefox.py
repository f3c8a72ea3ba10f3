"""The study room in Debian's Firefox: a lesson is watched to its end, with a pause and a reload."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.skips import NO_FIREFOX
from tests.support.study_browser import LESSON_S, make_room, two_renditions, visit
from tests.web.test_study_doors import confirm_face

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox") or ""
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.full,
    pytest.mark.skipif(not FIREFOX, reason=NO_FIREFOX),
]
SHIM = Path(__file__).parents[1] / "tools" / "firefox.py"
PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.autoplay.default": 0,
}


@pytest.fixture
def firefox(tmp_path: Path) -> Any:
    """Starts Firefox through the shim; a script of two lines, because only an executable can be named."""
    start = tmp_path / "firefox"
    start.write_text(f'#!/bin/sh\nREAL_FIREFOX="{FIREFOX}" exec "{sys.executable}" "{SHIM}" "$@"\n')
    start.chmod(0o755)

    def launch(playwright: Playwright) -> Browser:
        return playwright.firefox.launch(channel="moz-firefox", executable_path=start, firefox_user_prefs=PREFERENCES)

    return launch


def test_a_lesson_is_watched_to_its_end_in_firefox(lingzhu: Any, in_tenant: Any, cache_folder: Any, firefox: Any):
    folder = two_renditions(cache_folder)
    with in_tenant(lingzhu):
        study = make_room(lingzhu, folder)
        confirm_face(study)
    with visit(study, firefox) as room:
        page, state = room.page, room.page.locator("[data-part=state]")
        room.enter()
        room.counting()
        page.keyboard.press("k")
        expect(state).to_have_text("已暂停：您按了暂停")
        page.keyboard.press("k")
        room.counting()
        page.reload()
        page.locator("[data-do=check]").click()
        room.counting()
        page.locator("[data-lesson].is-done").wait_for(timeout=60_000)
        room.counting()  # the next lesson follows by itself
        first = room.read(lambda: study.enrolment.progress.get(lesson=study.lessons[0]).credited_ms)
        assert first == LESSON_S * 1000
        assert room.read(study.span_ms) == room.read(study.credited_ms)
