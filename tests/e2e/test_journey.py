"""The whole journey of issue 2, in the browser, on a demo of its own: real frames, video, database, PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.outcome import Outcome
    from tests.support.demo import RunningDemo

HERE = Path(__file__).resolve()


@pytest.fixture(scope="module")
def journey(demo: RunningDemo, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    from tests.e2e.browser import Album, chromium
    from tests.e2e.outcome import Outcome
    from tests.e2e.people import Addresses
    from tests.tools.clips import clips_of

    clips = clips_of(HERE.parents[2] / "site" / "demo" / "faces" / "obama.jpg", cache_folder)
    album = Album(tmp_path_factory.mktemp("journey"))
    with chromium() as browser:
        yield Outcome(browser, Addresses(demo.portal), album, clips, print)


def test_a_trainee_gets_from_the_first_sign_in_to_the_renewed_certificate(journey: Outcome) -> None:
    from tests.e2e.outcome import STEPS

    for step in STEPS:
        getattr(journey, step)()
    assert journey.album.complaints == []


def test_what_the_journey_credited_adds_up(journey: Outcome, demo: RunningDemo) -> None:
    """`psql`: the spans of everybody add up to the progress shown."""
    from tests.e2e.database import spans_against_progress

    assert spans_against_progress(demo) == []
