"""The small picture of a site in a browser's tab: its logo, or its first character on its colour."""

import hashlib
import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from certs.pdf import faces
from cms.queries import palette_of
from tenants.models import Institution, Logo

DRAWN_AS = 1  # a new number where the drawing changes, so that browsers fetch it anew
SIDE_PX = 192
FINER = 2  # drawn larger, then reduced: round corners without steps
CORNER = 4 / 44  # as the logo beside the name (`cms.templatetags.frame.logo`)
LETTER = 0.66  # of the side
ICO_SIZES = [(16, 16), (32, 32), (48, 48)]


def digest_of(institution: Institution) -> str:
    """Short hash of what the picture is made of, for its address."""
    parts = (DRAWN_AS, institution.logo_digest or _letter_of(institution))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def png_of(institution: Institution) -> bytes:
    """A square of `SIDE_PX`."""
    found = Logo.objects.filter(institution=institution).first() if institution.logo_digest else None
    return _of_logo(bytes(found.png)) if found else _of_letter(*_letter_of(institution))


def ico_of(institution: Institution) -> bytes:
    """The same for browsers that ask for /favicon.ico by themselves."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png_of(institution)), formats=["PNG"]) as picture:
        picture.save(out, "ICO", sizes=ICO_SIZES)
    return out.getvalue()


def _letter_of(institution: Institution) -> tuple[str, str, str]:
    """Character, ground and ink; the contrast of the two is the palette's (`tenants.brand`)."""
    light = palette_of(institution)["light"]
    return (institution.short_name or "筑")[0], light["brand"], light["on-brand"]


def _of_logo(png: bytes) -> bytes:
    """In the middle of a clear square: nothing is cut off."""
    square = Image.new("RGBA", (SIDE_PX, SIDE_PX))
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        small = picture.convert("RGBA")
    small.thumbnail((SIDE_PX, SIDE_PX))
    square.paste(small, ((SIDE_PX - small.width) // 2, (SIDE_PX - small.height) // 2))
    return _png(square)


@lru_cache(maxsize=128)
def _of_letter(letter: str, ground: str, ink: str) -> bytes:
    side = SIDE_PX * FINER
    square = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(square)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side * CORNER, fill=ground)
    face = next((face for face in (faces.BOLD, faces.COMMON, faces.RARE) if ord(letter) in faces.characters(face)), "")
    if face:
        font = ImageFont.truetype(str(faces.file_of(face)), round(side * LETTER))
        draw.text((side / 2, side / 2), letter, fill=ink, font=font, anchor="mm")
    return _png(square.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS))


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
