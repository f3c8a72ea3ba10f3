"""The whole journey of issue 2, in the browser, on a demo of its own: real frames, video, database, PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.outcome import Outcome
    from tests.support.demo import RunningDemo


def test_a_trainee_gets_from_the_first_sign_in_to_the_renewed_certificate(journey: Outcome) -> None:
    from tests.e2e.outcome import STEPS

    for step in STEPS:
        getattr(journey, step)()
    assert journey.album.complaints == []


def test_what_everybody_studied_adds_up_to_the_progress_shown(demo: RunningDemo) -> None:
    from tests.e2e.database import spans_against_progress

    assert spans_against_progress(demo) == []
