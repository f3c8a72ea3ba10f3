"""An institution's two colours become a palette that can be read, whatever they are."""

import re

import pytest

from tenants import brand

MAINS = ["#0b6b4f", "#e8731a", "#1d4f8b", "#000000", "#ffffff", "#ffff00", "#808080", "#ff00ff", "#00ff00", "#7a1f2b"]
ACCENTS = ["#c9962e", "#2d5d7b", "#b3261e", "#ffffff", "#000000"]
GROUNDS = {"light": brand.LIGHT, "dark": brand.DARK}


@pytest.mark.parametrize("main", MAINS)
@pytest.mark.parametrize("accent", ACCENTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_in_brand_colours_are_readable_on_every_ground(main: str, accent: str, theme: str) -> None:
    roles = brand.palette(main, accent)[theme]
    grounds = (GROUNDS[theme].paper, GROUNDS[theme].ground, roles["brand-soft"])
    assert all(brand.contrast(roles["brand"], ground) >= 4.5 for ground in grounds)
    assert all(brand.contrast(roles["accent-text"], ground) >= 4.5 for ground in grounds)
    assert all(brand.contrast(roles["accent"], ground) >= 3 for ground in grounds)
    assert brand.contrast(roles["on-brand"], roles["brand"]) >= 4.5
    assert brand.contrast(roles["on-deep"], roles["brand-deep"]) >= 4.5
    assert brand.contrast(roles["on-deep-muted"], roles["brand-deep"]) >= 4.5
    assert brand.contrast(roles["on-deep-accent"], roles["brand-deep"]) >= 4.5


def test_a_readable_colour_is_kept_and_a_pale_one_is_darkened() -> None:
    assert brand.palette("#0b6b4f", "#c9962e")["light"]["brand"] == "#0b6b4f"
    assert brand.palette("#e8731a", "#2d5d7b")["light"]["brand"] == "#b15300"


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "", "#0b6b4f;}body{display:none}"])
def test_only_colours_are_taken(colour: str) -> None:
    with pytest.raises(ValueError):
        brand.palette(colour, "#c9962e")


def test_the_stylesheet_sets_both_themes_and_nothing_else() -> None:
    colours = brand.palette("#0B6B4F", "#C9962E")
    css = brand.stylesheet(colours)
    assert css.startswith(":root {\n  --brand: #0b6b4f;\n")
    assert css.count("--brand:") == 3
    assert ':root[data-theme="dark"] {' in css
    assert '@media (prefers-color-scheme: dark) {\n:root:not([data-theme="light"]) {' in css
    values = set(re.findall(r"--[a-z-]+: ([^;]+);", css))
    assert values <= set(colours["light"].values()) | set(colours["dark"].values())


def test_a_value_that_is_no_colour_never_reaches_the_stylesheet() -> None:
    colours = brand.palette("#0b6b4f", "#c9962e")
    colours["light"]["brand"] = "red; background: url(//evil)"
    assert "evil" not in brand.stylesheet(colours)


def test_the_address_changes_with_the_colours_only() -> None:
    green = brand.palette("#0b6b4f", "#c9962e")
    assert brand.digest(green) == brand.digest(brand.palette("#0B6B4F", "#C9962E"))
    assert brand.digest(green) != brand.digest(brand.palette("#0b6b4e", "#c9962e"))
