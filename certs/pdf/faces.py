"""The vendored faces and what is in them, for who draws letters without reportlab."""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont as OutlineFont

FOLDER = Path(__file__).resolve().parent.parent / "fonts"
COMMON, RARE, BOLD = "Common", "Rare", "Bold"


def file_of(face: str) -> Path:
    return FOLDER / f"NotoSerifSC-{face}.ttf"


@cache
def characters(face: str) -> frozenset[int]:
    """Code points of a face (read without parsing its glyphs)."""
    with OutlineFont(file_of(face), lazy=True) as font:
        return frozenset(font.getBestCmap())
