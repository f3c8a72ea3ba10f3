"""An institution from the wizard to its suspension, in the browser, on the demo of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from tests.support.demo import RunningDemo


def test_an_institution_opens_its_manager_comes_and_a_suspension_shows_at_once(
    demo: RunningDemo, chromium_browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.e2e.browser import Album
    from tests.e2e.opening import STEPS, Opening
    from tests.e2e.people import Addresses

    opening = Opening(chromium_browser, Addresses(demo.portal), Album(tmp_path_factory.mktemp("opening")), print)
    for step in STEPS:
        getattr(opening, step)()
    assert opening.album.complaints == []


def test_the_demos_own_page_breaks_no_rule_of_accessibility(demo: RunningDemo, chromium_browser: Any) -> None:
    from tests.support.axe import violations

    page = chromium_browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page.goto(f"{demo.portal}/demo/")
    assert violations(page) == []
    page.close()
