"""`fab pictures`: what it visits and how it lays the pictures out; taking them needs a running demo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from tests.e2e.pictures import PORTAL, SITE, Taken, sheet
from tests.support.pages import visitor


def test_the_design_stands_beside_the_page_it_is_of(tmp_path: Path) -> None:
    out, design = tmp_path / "out", tmp_path / "design"
    design.mkdir()
    (design / "portal-1440.png").write_bytes(b"")
    taken = [Taken("portal", "home", width, f"portal-home-{width}.png") for width in (1440, 390)]
    page = sheet([*taken, Taken("portal", "faq", 1440, "portal-faq-1440.png")], design, out)
    order = [
        "portal · home",
        "portal-home-1440.png",
        "../design/portal-1440.png",
        "portal-home-390.png",
        "portal · faq",
    ]
    places = [page.index(word) for word in order]
    assert places == sorted(places)
    assert "portal-390.png" not in page, "there is no such design"


@pytest.mark.django_db
def test_every_page_it_visits_is_there_on_a_new_site_and_a_new_portal(lingzhu: Any, association: Any) -> None:
    from cms.first_words import first_words
    from cms.portal_words import portal_words
    from cms.seeding import seed_site

    for institution, words, paths in ((lingzhu, first_words, SITE), (association, portal_words, PORTAL)):
        seed_site(institution, words(institution, at=now()), by=None, at=now())
        client = visitor(institution)
        # A new site publishes its fees itself.
        statuses = {
            path: client.get(path).status_code for path in paths.values() if path not in ("/fees/", "/nothing/")
        }
        assert set(statuses.values()) == {200}, statuses
