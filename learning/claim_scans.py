"""The picture of a post certificate that goes with a claim: looked at by its content, drawn anew by us.

What is kept is a JPEG of ours with nothing in it but pixels: no place, no camera, no second file inside.
"""

import io

import puremagic
from PIL import Image, ImageOps

from learning.register_errors import CannotClaim

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000  # of what is uploaded; a telephone of today takes that many
LEAST_PX = 300  # the shorter side, or nobody can read it
KEPT_PX = 2000  # the longer side of what is kept
QUALITY = 82
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}


def prepare_scan(data: bytes) -> bytes:
    """Draw the picture anew. Raises `CannotClaim` with `not_an_image`, `too_large`, `too_small` or `damaged`.

    The kind is read from the content, never from name or header; the size is known from the header before anything is
    decoded.
    """
    if len(data) > MOST_BYTES:
        raise CannotClaim("too_large")
    picture = _opened(data)
    if picture.width * picture.height > MOST_PIXELS:
        raise CannotClaim("too_large")
    if min(picture.size) < LEAST_PX:
        raise CannotClaim("too_small")
    try:
        picture.draft("RGB", (KEPT_PX, KEPT_PX))  # a large JPEG is decoded at a fraction of its size
        turned = ImageOps.exif_transpose(picture)
        turned = _on_white(turned)
        turned.thumbnail((KEPT_PX, KEPT_PX))
        clean = Image.new("RGB", turned.size)
        clean.paste(turned)
    except (OSError, ValueError, SyntaxError) as error:  # truncated, or damaged on purpose
        raise CannotClaim("damaged") from error
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    try:
        kind = puremagic.from_string(data, mime=True)
        return Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    except Image.DecompressionBombError as error:
        raise CannotClaim("too_large") from error
    except (puremagic.PureError, ValueError, KeyError, OSError, SyntaxError) as error:
        raise CannotClaim("not_an_image") from error


def _on_white(picture: Image.Image) -> Image.Image:
    """What is transparent in a PNG becomes white paper."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    pictured = picture.convert("RGBA")
    paper = Image.new("RGB", pictured.size, "white")
    paper.paste(pictured, mask=pictured.getchannel("A"))
    return paper
