"""Whether a colour may be an institution's, and what becomes of it on the page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import brand
from tenants.errors import DomainError

LEAST = 3.0  # WCAG 2.2, 1.4.11: below it a mark in this colour is not recognised on white
READABLE = 4.5  # WCAG 2.2, 1.4.3: text


class BadColour(DomainError):
    code = "institution.bad_colour"
    message = gettext_lazy("Write a colour as # and six digits or letters a–f, for example #0B6B4F.")
    status = 400

    suggestion = ""


@dataclass(frozen=True)
class Pairing:
    """One text on one ground, as the site will show it. `ratio` 1 to 21; `least` is what the guideline asks for."""

    what: str
    text: str
    ground: str
    ratio: float
    least: float

    @property
    def is_enough(self) -> bool:
        return self.ratio >= self.least


def checked(colour: str) -> str:
    """The colour in lower case. Raises `BadColour`; its `suggestion` has the same hue and enough contrast."""
    colour = colour.strip().lower()
    if not brand.HEX.fullmatch(colour):
        raise BadColour
    ratio = brand.contrast("#ffffff", colour)
    if ratio < LEAST:
        better = brand.palette(colour, colour)["light"]["brand"]
        words = _(
            "White on this colour reaches %(ratio).2f : 1; marks need %(least)g : 1 to be recognised. "
            "%(better)s has the same hue and reaches %(reached).1f : 1."
        )
        values = {"ratio": ratio, "least": LEAST, "better": better, "reached": brand.contrast("#ffffff", better)}
        error = BadColour(words % values)
        error.suggestion = better
        raise error
    return colour


def pairings(main: str, accent: str) -> list[Pairing]:
    """What a visitor will read on what, computed from the palette that these two colours make."""
    colours = brand.palette(main, accent)
    light, dark = colours["light"], colours["dark"]
    found = [
        (_("Words on buttons"), light["on-brand"], light["brand"], READABLE),
        (_("Links on white"), light["brand"], "#ffffff", READABLE),
        (_("Words on the head band"), light["on-deep"], light["brand-deep"], READABLE),
        (_("Second colour as words on white"), light["accent-text"], "#ffffff", READABLE),
        (_("Second colour as a mark on white"), light["accent"], "#ffffff", LEAST),
        (_("Links in dark mode"), dark["brand"], brand.DARK.paper, READABLE),
    ]
    return [Pairing(what, text, ground, brand.contrast(text, ground), least) for what, text, ground, least in found]
