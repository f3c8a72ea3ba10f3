"""The web processes die in the middle of a lesson: what was acknowledged stays, and the lesson goes on by itself."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.database import rows, spans_against_progress
from tests.e2e.people import until

if TYPE_CHECKING:
    from tests.e2e.outcome import Outcome
    from tests.support.demo import RunningDemo

BEAT_S = 5  # of the demo's Ruleset
INTO_A_LESSON = ("arrive", "sign_in_first", "complete_profile", "clerk_confirms", "see_training", "pass_liveness")
CREDITED = """
SELECT COALESCE(sum(credited_ms), 0) FROM learning_lessonprogress
WHERE enrolment_id = (SELECT max(id) FROM learning_enrolment)
"""


def credited_s(demo: RunningDemo) -> float:
    """Of the newest enrolment: the newcomer's."""
    return float(rows(demo, CREDITED)[0][0]) / 1000


def web_pids(demo: RunningDemo) -> set[int]:
    """Of web-1 and web-2, which share the port."""
    programs = json.loads((demo.state / "demo.pids").read_text())["programs"]
    return {int(pid) for name, pid in programs.items() if name.startswith("web-")}


@pytest.mark.full  # each run has the same by learners' logs (tests/faults) and a cut line in the browser (tests/web)
def test_killed_web_processes_lose_at_most_one_heartbeat(journey: Outcome, demo: RunningDemo) -> None:
    for step in INTO_A_LESSON:
        getattr(journey, step)()
    page = journey.page
    until(lambda: journey.second() >= 13, page, seconds=60, what="13 s of the lesson")
    shown, before, killed = journey.second(), credited_s(demo), web_pids(demo)
    assert before >= shown - BEAT_S - 2, "an acknowledged beat was not committed"
    assert len(killed) == 2
    for pid in killed:  # whichever of them held the page's sockets
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(web_pids(demo) - killed) == 2, page, seconds=30, what="the supervisor's new processes")
    pause = page.locator('[data-part="pause"]')

    def goes_on() -> bool:
        if pause.is_visible():
            journey.take_up_again(page)
        return credited_s(demo) > before + 2 * BEAT_S

    until(goes_on, page, seconds=120, what="the lesson to go on", every_ms=1000)
    assert credited_s(demo) >= before
    assert spans_against_progress(demo) == []
