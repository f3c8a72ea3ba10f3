"""The admin in an institution's hue: three of Wagtail's variables, made from the brand's main colour.

Wagtail derives the sidebar and all its dark surfaces from them, so only the hue is the institution's; how dark and how
grey it is, is ours: white text on it must stay readable whatever colour an institution chooses.
"""

import colorsys
from dataclasses import dataclass

# Association's blue and the three demo greens and reds all read at more than 10:1 with white inside these limits.
SATURATION = (0.18, 0.46)
LIGHTNESS = (0.13, 0.21)


@dataclass(frozen=True)
class Hue:
    """Hue in degrees, saturation and lightness in whole percent."""

    hue: int
    saturation: int
    lightness: int

    def as_css(self) -> str:
        return (
            f":root{{--w-color-primary-hue:{self.hue};--w-color-primary-saturation:{self.saturation}%;"
            f"--w-color-primary-lightness:{self.lightness}%}}"
        )


def _clamp(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def admin_hue(brand_main: str) -> Hue:
    """The hue of the admin for a colour like `#0b6b4f`."""
    red, green, blue = (int(brand_main[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return Hue(
        hue=round(hue * 360) % 360,
        saturation=round(_clamp(saturation, SATURATION) * 100),
        lightness=round(_clamp(lightness, LIGHTNESS) * 100),
    )
