"""Turn an institution's two colours into a palette whose contrast is sure (WCAG 2.2 AA), light and dark.

The hue is the institution's, the lightness is ours: in OKLCH each role starts at the lightness we would like and moves
until it reaches its contrast; chroma is trimmed only where a colour would leave sRGB. Status colours are not made here:
they never come from a brand. `brand` and `accent-text` reach 4.6:1 on every ground, `accent` 3.1:1 (graphics).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin
from typing import TypedDict

DEFAULT_MAIN, DEFAULT_ACCENT = "#1d4f8b", "#b3261e"
HEX = re.compile(r"#[0-9a-f]{6}")
WHITE, NEAR_BLACK = "#ffffff", "#10150f"


class Palette(TypedDict):
    """Colour by role name (`brand`, `on-brand`, …) for each theme; this is what `Institution.palette` stores."""

    light: dict[str, str]
    dark: dict[str, str]


@dataclass(frozen=True)
class Theme:
    """The grounds on which roles must be readable (site/static/zx/tokens.css), and where each role starts.

    Lightness and chroma are OKLCH; `step` is the way lightness moves to gain contrast.
    """

    paper: str
    ground: str
    step: float
    soft: tuple[float, float]
    line: float
    deep: float
    brand_start: float
    brand_may_be_darker: bool
    strong_shift: float
    accent_soft: float
    accent_text_start: float


LIGHT = Theme("#ffffff", "#f5f6f4", -0.01, (0.968, 0.018), 0.875, 0.295, 0.62, True, -0.07, 0.955, 0.55)
DARK = Theme("#1b201e", "#131715", 0.01, (0.275, 0.03), 0.40, 0.25, 0.72, False, 0.06, 0.29, 0.75)


def palette(main: str, accent: str) -> Palette:
    """All roles for both themes from two colours like `#0b6b4f`. Raises ValueError for anything else."""
    main, accent = _checked(main), _checked(accent)
    return {"light": _roles(main, accent, LIGHT), "dark": _roles(main, accent, DARK)}


def on_dark(colour: str, ground: str) -> str:
    """A colour as it can be read (4.6:1) on a dark ground that is not one of ours: Wagtail's admin has its own."""
    return _reach(_checked(colour), 4.6, (ground,), DARK.step, start=DARK.brand_start)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2, 1 to 21."""
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def stylesheet(colours: Palette) -> str:
    """The palette as CSS custom properties: light, forced dark, and dark where the system asks for it."""
    dark = _block(':root[data-theme="dark"]', colours["dark"])
    system = _block(':root:not([data-theme="light"])', colours["dark"])
    return f"{_block(':root', colours['light'])}{dark}@media (prefers-color-scheme: dark) {{\n{system}}}\n"


def digest(colours: Palette) -> str:
    """Short content hash, for the address of the stylesheet."""
    return hashlib.sha256(json.dumps(colours, sort_keys=True).encode()).hexdigest()[:12]


def _checked(colour: str) -> str:
    colour = colour.strip().lower()
    if not HEX.fullmatch(colour):
        raise ValueError(f"not a colour like #0b6b4f: {colour!r}")
    return colour


@lru_cache(maxsize=512)
def _roles(main: str, accent: str, theme: Theme) -> dict[str, str]:
    soft = _tone(main, *theme.soft)
    grounds = (theme.paper, theme.ground, soft)
    start = min(_to_oklch(main)[0], theme.brand_start) if theme.brand_may_be_darker else theme.brand_start
    brand = _reach(main, 4.6, grounds, theme.step, start=start)
    deep = _tone(main, theme.deep, 0.06)
    return {
        "brand": brand,  # fills and links
        "brand-strong": _tone(brand, _to_oklch(brand)[0] + theme.strong_shift, 1),  # hover, pressed
        "on-brand": max((WHITE, NEAR_BLACK), key=lambda colour: contrast(colour, brand)),
        "brand-soft": soft,  # tinted ground
        "brand-line": _tone(main, theme.line, 0.045),  # hairlines on the tint
        "brand-deep": deep,  # header bands, hero
        "on-deep": WHITE,
        "on-deep-muted": _reach(main, 5.5, (deep,), 0.01, start=0.72, chroma=0.35),
        "on-deep-line": _tone(main, 0.61, 0.06),  # drawings on the band
        "on-deep-accent": _reach(accent, 4.6, (deep,), 0.01, start=0.76),
        "accent": _reach(accent, 3.1, grounds, theme.step),  # marks and graphics: 3:1 is enough
        "accent-soft": _tone(accent, theme.accent_soft, 0.03),
        "accent-text": _reach(accent, 4.6, grounds, theme.step, start=theme.accent_text_start),
    }


def _reach(
    colour: str,
    ratio: float,
    grounds: Iterable[str],
    step: float,
    start: float | None = None,
    chroma: float = 1.0,
) -> str:
    """The first colour from lightness `start` in steps of `step` that has `ratio` against every ground."""
    lightness, own_chroma, hue = _to_oklch(colour)
    lightness = lightness if start is None else start
    lightness = min(max(lightness, 0.01), 0.99)
    while 0 < lightness < 1:
        found = _to_hex(lightness, own_chroma * chroma, hue)
        if all(contrast(found, ground) >= ratio for ground in grounds):
            return found
        lightness += step
    return WHITE if step > 0 else "#000000"


def _tone(colour: str, lightness: float, most_chroma: float) -> str:
    _, chroma, hue = _to_oklch(colour)
    return _to_hex(lightness, min(chroma, most_chroma), hue)


def _linear(colour: str) -> list[float]:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0–1, chroma, hue in radians (Björn Ottosson's Oklab)."""
    red, green, blue = _linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short, hypot(a, b), atan2(b, a)


def _to_hex(lightness: float, chroma: float, hue: float) -> str:
    rgb = _to_linear_rgb(lightness, chroma, hue)
    while chroma >= 0.001 and not all(-0.0005 <= c <= 1.0005 for c in rgb):
        chroma *= 0.96
        rgb = _to_linear_rgb(lightness, chroma, hue)
    gamma = (12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in (max(0, min(1, c)) for c in rgb))
    return "#" + "".join(f"{round(c * 255):02x}" for c in gamma)


def _to_linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(hue), chroma * sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _block(selector: str, colours: Mapping[str, str]) -> str:
    body = "".join(f"  --{name}: {value};\n" for name, value in colours.items() if HEX.fullmatch(value))
    return f"{selector} {{\n{body}}}\n"
