"""The browser tests share one Chromium and the clips of one honest person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.outcome import Outcome
    from tests.support.demo import RunningDemo

FACE = Path(__file__).resolve().parents[2] / "site" / "demo" / "faces" / "obama.jpg"


@pytest.fixture(scope="module")
def chromium_browser() -> Iterator[Any]:
    from tests.e2e.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def journey(
    demo: RunningDemo, chromium_browser: Any, cache_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """A journey that has not begun, on the run's own demo; its screenshots go to the test's folder."""
    from tests.e2e.browser import Album
    from tests.e2e.outcome import Outcome
    from tests.e2e.people import Addresses
    from tests.tools.clips import clips_of

    album = Album(tmp_path_factory.mktemp("journey"))
    return Outcome(chromium_browser, Addresses(demo.portal), album, clips_of(FACE, cache_folder), print)
