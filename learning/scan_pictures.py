"""Scans as they arrive: looked at by their content, drawn anew by us, so that nothing but the picture stays."""

import io
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps

from learning.errors import BadScan

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone's largest JPEG
LEAST_PX = 300  # of the shorter side: below it nobody reads the number
KEPT_PX = 2000  # of the longer side
QUALITY = 85
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"}


@dataclass(frozen=True)
class Picture:
    """A JPEG of ours: no side longer than `KEPT_PX`, upright, without the camera's notes (place, time, owner)."""

    jpeg: bytes
    width: int
    height: int


def prepare(data: bytes) -> Picture:
    """Draw the upload anew. Raises `BadScan` with the sentence of what is wrong.

    The kind is read from the content, never from name or header; the size is known from the header before anything is
    decoded, and decoding is limited to the two formats.
    """
    if len(data) > MOST_BYTES:
        raise BadScan("too_large")
    picture = _opened(data)
    if picture.width * picture.height > MOST_PIXELS:
        raise BadScan("too_many_pixels")
    if min(picture.size) < LEAST_PX:
        raise BadScan("too_small")
    try:
        picture.draft("RGB", (KEPT_PX, KEPT_PX))  # a JPEG is decoded at the size that is needed
        picture.thumbnail((KEPT_PX, KEPT_PX))
        upright = ImageOps.exif_transpose(picture)
        clean = Image.new("RGB", upright.size, "white")
        alpha = upright.convert("RGBA") if upright.mode in {"RGBA", "LA", "PA", "P"} else None
        clean.paste(alpha or upright.convert("RGB"), mask=alpha)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:  # truncated, or damaged on purpose
        raise BadScan("damaged") from error
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), *clean.size)


def _opened(data: bytes) -> Image.Image:
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise BadScan("heic")
    try:
        kind = puremagic.from_string(data, mime=True)
        return Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    except Image.DecompressionBombError as error:
        raise BadScan("too_many_pixels") from error
    except (puremagic.PureError, ValueError, KeyError, OSError, SyntaxError) as error:
        raise BadScan("not_an_image") from error
