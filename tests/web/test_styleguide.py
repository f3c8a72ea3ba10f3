"""The page of the look's parts: there in a demo and for developers, nowhere else, and complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from cms import styleguide

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "site" / "static" / "zx"


@pytest.mark.parametrize(
    ("debug", "demo", "status"), [(False, True, 200), (True, False, 200), (True, True, 200), (False, False, 404)]
)
def test_it_is_there_in_a_demo_and_for_developers_only(
    lingzhu: Any, settings: Any, debug: bool, demo: bool, status: int
) -> None:
    settings.DEBUG, settings.IS_DEMO = debug, demo
    answer = Client(headers={"host": lingzhu.host}).get("/styleguide/")
    assert answer.status_code == status
    assert ("样式手册" in answer.content.decode()) == (status == 200)


def test_it_shows_every_kind_of_part_without_inline_style_and_asks_not_to_be_indexed(
    lingzhu: Any, association: Any
) -> None:
    for institution in (lingzhu, association):
        answer = Client(headers={"host": institution.host}).get("/styleguide/")
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        page = BeautifulSoup(answer.content, "html.parser")
        main = page.main
        for part in (
            ".swatch", ".btn-primary", ".btn-danger", ".field-error", "select.input", ".check", ".table", ".card",
            ".panel", ".title-block", ".callout-warn", ".badge-ok", ".steps .is-current", ".ring", ".bar", ".empty",
            ".toast-error", ".toast-success", "dialog.dialog[open]",
        ):  # fmt: skip
            assert main.select(part), part
        assert not page.select("style, [style], script:not([src])")
        assert not main.find(string=re.compile("too little|不足"))
        ids = [element["id"] for element in page.select("[id]")]
        assert len(ids) == len(set(ids))


def test_no_colour_is_forgotten() -> None:
    """Every colour of the tokens has a swatch, and every swatch, size and step of space has its rule."""
    tokens = (CSS / "tokens.css").read_text(encoding="utf-8")
    rules = (CSS / "pages" / "styleguide.css").read_text(encoding="utf-8")
    shown = [*styleguide.NEUTRAL, *styleguide.BRAND, *styleguide.STATUS]
    assert set(re.findall(r"--([a-z0-9-]+): #", tokens)) == set(shown)
    assert set(re.findall(r"--text-([a-z0-9]+):", tokens)) == set(styleguide.SIZES)
    assert set(re.findall(r"--s(\d):", tokens)) == {str(number) for number in styleguide.SPACES}
    for token in shown:
        assert f".swatch-{token} {{\n  background: var(--{token});" in rules
    for size in styleguide.SIZES:
        assert f".type-{size} {{" in rules
    for number in styleguide.SPACES:
        assert f".space-{number} {{" in rules


def test_no_other_page_leads_to_it() -> None:
    found = [
        path
        for top in ("cms", "site", "tenants", "learning", "exams", "certs", "proctoring")
        for path in (ROOT / top).rglob("*.html")
        if re.search(r"""href=["']/styleguide|url ["']styleguide""", path.read_text(encoding="utf-8"))
    ]
    assert found == []
