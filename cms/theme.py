"""The admin in an institution's colour: Wagtail's variables for its dark surfaces and its buttons, from the brand.

Wagtail derives the sidebar and all its dark surfaces from one hue, so only the hue is the institution's; how dark and
how grey it is, is ours: white text on it must stay readable whatever colour an institution chooses. Its buttons and
links are the colour of the institution's own site, whose contrast the palette has made sure of.
"""

import colorsys
from dataclasses import dataclass

from tenants import brand

# Association's blue and the three demo greens and reds all read at more than 10:1 with white inside these limits.
SATURATION = (0.18, 0.46)
LIGHTNESS = (0.13, 0.21)
# The lightest surface of Wagtail's dark theme that carries links and outlined buttons (its grey 600).
DARK_SURFACE = "#262626"
# Lightness of the tints Wagtail lays under an outlined button and around what is marked: as with its own teal.
TINT, MARK = 96.9, 67.5


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


def _hsl(colour: str) -> tuple[float, float, float]:
    """Degrees and percent with one decimal, as CSS takes them: near enough that no contrast is lost."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return round(hue * 360, 1), round(saturation * 100, 1), round(lightness * 100, 1)


def admin_hue(brand_main: str) -> Hue:
    """The hue of the admin for a colour like `#0b6b4f`."""
    hue, saturation, lightness = _hsl(brand_main)
    return Hue(
        hue=round(hue) % 360,
        saturation=round(_clamp(saturation / 100, SATURATION) * 100),
        lightness=round(_clamp(lightness / 100, LIGHTNESS) * 100),
    )


def button_colours(brand_main: str) -> dict[str, str]:
    """`light`: under white words, and as words on white; `dark`: as words on the dark surface. All 4.5:1 at least."""
    light = brand.palette(brand_main, brand_main)["light"]["brand"]
    return {"light": light, "dark": brand.on_dark(brand_main, DARK_SURFACE)}


def admin_css(brand_main: str) -> str:
    """All variables of the admin for one institution; `zx-house` carries the symbol that its site shows."""
    colours = button_colours(brand_main)
    hue, saturation, lightness = _hsl(colours["light"])
    dark_hue, dark_saturation, dark_lightness = _hsl(colours["dark"])
    name = "--w-color-secondary"
    values = {
        "-hue": f"{hue}", "-saturation": f"{saturation}%", "-lightness": f"{lightness}%",
        "-100-hue": f"{dark_hue}", "-100-saturation": f"{dark_saturation}%", "-100-lightness": f"{dark_lightness}%",
        "-75-lightness": f"{MARK}%", "-50-lightness": f"{TINT}%",
    }  # fmt: skip
    buttons = ";".join(f"{name}{part}:{value}" for part, value in values.items())
    house = f".zx-house{{--brand:{colours['light']};--on-brand:{brand.WHITE}}}"
    return f"{admin_hue(brand_main).as_css()}:root{{{buttons}}}{house}"
