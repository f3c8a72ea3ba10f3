"""The vendored faces: registering them, asking what they can print, glyph outlines for seals.

`Common` (GB 2312) is parsed once a process; `Rare` (every other character of Noto Serif SC, 12 MB) is parsed when a
document first needs it; xhtml2pdf picks the face per character from the font-family list.
"""

from functools import cache
from typing import Any

from fontTools.pens.reportLabPen import ReportLabPen
from fontTools.ttLib import TTFont as OutlineFont
from reportlab.graphics.shapes import Path as Outline
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics, ttfonts
from xhtml2pdf.default import DEFAULT_FONT

from certs.pdf.faces import BOLD, COMMON, RARE, characters, file_of

BFCHARS_A_BLOCK = 100  # the most that a CMap may hold in one bfchar block


def to_unicode_cmap(font_name: str, subset: list[int]) -> str:
    """reportlab's ToUnicode CMap, but characters beyond the BMP as surrogate pairs.

    The original writes U+2B5AF as <2B5AF>, which readers take for another character: the name on the page is
    right, the name copied from it is wrong.
    """
    pairs = [f"<{i:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for i, code in enumerate(subset)]
    lines = ["/CIDInit /ProcSet findresource begin", "12 dict begin", "begincmap", "/CIDSystemInfo"]
    lines += [f"<< /Registry ({font_name})", f"/Ordering ({font_name})", "/Supplement 0", ">> def"]
    lines += [f"/CMapName /{font_name} def", "/CMapType 2 def", "1 begincodespacerange"]
    lines += [f"<00> <{len(subset) - 1:02X}>", "endcodespacerange"]
    for start in range(0, len(pairs), BFCHARS_A_BLOCK):
        block = pairs[start : start + BFCHARS_A_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


ttfonts.makeToUnicodeCMap = to_unicode_cmap


@cache
def register(face: str) -> str:
    """Parse a face and make it known to reportlab and xhtml2pdf as `zx<face>`. Once a process."""
    name = f"zx{face.lower()}"
    pdfmetrics.registerFont(ttfonts.TTFont(name, str(file_of(face))))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(name, bold, italic, name)
    DEFAULT_FONT[name] = name
    return name


def unprintable(*texts: str) -> str:
    """The characters that no face has, each once, in order; empty when all can be printed."""
    missing = dict.fromkeys(char for text in texts for char in text if ord(char) not in characters(COMMON))
    return "".join(char for char in missing if ord(char) not in characters(RARE))


def prepare(*texts: str) -> None:
    """Register the faces that these texts need."""
    register(COMMON)
    register(BOLD)
    if any(ord(char) not in characters(COMMON) for text in texts for char in text):
        register(RARE)


@cache
def outline(char: str) -> tuple[Outline, float]:
    """Outline of a character (font units, 1000 to the em) and its advance; bold where there is one."""
    face = next(face for face in (BOLD, COMMON, RARE) if ord(char) in characters(face))
    with OutlineFont(file_of(face), lazy=True) as font:
        glyphs: Any = font.getGlyphSet()
        glyph = glyphs[font.getBestCmap()[ord(char)]]
        pen = ReportLabPen(glyphs, Outline())
        glyph.draw(pen)
        return pen.path, glyph.width * 1000 / font["head"].unitsPerEm
