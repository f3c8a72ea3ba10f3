"""Sheets from the file to written rows and back, in the browser, with the demo's own workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from tests.support.demo import RunningDemo


def test_a_clerk_enrols_hundreds_from_a_messy_list_and_takes_it_back(
    demo: RunningDemo, chromium_browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.e2e.browser import Album
    from tests.e2e.importing import STEPS, Importing
    from tests.e2e.people import Addresses

    walk = Importing(chromium_browser, Addresses(demo.portal), Album(tmp_path_factory.mktemp("importing")), print)
    for step in STEPS:
        getattr(walk, step)()
    assert walk.album.complaints == []
