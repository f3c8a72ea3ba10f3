"""Accessibility of a page as axe-core sees it, in whatever state the page is. Vendored: tests/tools/axe.min.js."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "tools" / "axe.min.js"
FOUND = """ourAxe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(
  ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`))"""


def violations(page: Page) -> list[str]:
    """One line a broken rule, with the elements; empty when all hold."""
    if not page.evaluate("'ourAxe' in window"):  # Wagtail brings one with rules of its own
        page.evaluate(f"void (() => {{{AXE.read_text()}; window.ourAxe = window.axe; ourAxe.reset();}})()")
    found: list[str] = page.evaluate(FOUND)
    return found
