"""An institution's own logo: looked at by its content, drawn anew by us, kept in the database."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import puremagic
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution, Logo

MOST_BYTES = 2 * 1024 * 1024
MOST_PX = 4000  # a side of what is uploaded
LEAST_PX = 32
KEPT_PX = 512  # a side of what is kept
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
MODES = {"P": "RGBA", "LA": "RGBA", "PA": "RGBA", "L": "L", "RGB": "RGB", "RGBA": "RGBA"}


class BadLogo(DomainError):
    code = "logo.not_an_image"
    message = _("This file is no PNG, JPEG or WebP picture. Drawings such as SVG must be exported as PNG first.")
    status = 400


@dataclass(frozen=True)
class Picture:
    """A PNG of ours: no side longer than `KEPT_PX`, nothing in it but pixels."""

    png: bytes
    width: int
    height: int


def prepare(data: bytes) -> Picture:
    """Draw the uploaded picture anew. Raises `BadLogo` with the sentence of what is wrong.

    The kind is read from the content, never from name or header; size is known from the header before anything is
    decoded, and decoding is limited to the three formats.
    """
    if len(data) > MOST_BYTES:
        raise BadLogo(_("The file is larger than 2 MB. Save it smaller."), code="logo.too_large")
    picture = _opened(data)
    if max(picture.size) > MOST_PX:
        raise _too_long()
    if min(picture.size) < LEAST_PX:
        raise BadLogo(_("The picture is smaller than 32 pixels and would be blurred."), code="logo.too_small")
    try:
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert(MODES.get(picture.mode, "RGB"))
        picture.thumbnail((KEPT_PX, KEPT_PX))
        clean = Image.new(picture.mode, picture.size)
        clean.paste(picture)
    except (OSError, ValueError, SyntaxError) as error:  # truncated, or damaged on purpose
        raise BadLogo(_("The picture is damaged and cannot be opened."), code="logo.damaged") from error
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), *clean.size)


def _opened(data: bytes) -> Image.Image:
    try:
        kind = puremagic.from_string(data, mime=True)
        return Image.open(io.BytesIO(data), formats=[FORMATS[kind]])
    except Image.DecompressionBombError as error:
        raise _too_long() from error
    except (puremagic.PureError, ValueError, KeyError, OSError, SyntaxError) as error:
        raise BadLogo from error


def _too_long() -> BadLogo:
    return BadLogo(_("A side of the picture is longer than 4000 pixels. Save it smaller."), code="logo.too_large")


def digest_of(picture: Picture) -> str:
    """Short content hash, for the address of the logo."""
    return hashlib.sha256(picture.png).hexdigest()[:12]


def save_logo(institution: Institution, picture: Picture, *, by: Any, at: datetime) -> None:
    """The institution's logo from now on, in the place of an earlier one."""
    digest = digest_of(picture)
    with transaction.atomic():
        values = {"png": picture.png, "width": picture.width, "height": picture.height, "saved_at": at}
        Logo.objects.update_or_create(institution=institution, defaults=values)
        Institution.objects.filter(pk=institution.pk).update(logo_digest=digest)
        record("institution.logo", actor=by, subject=institution, institution=institution, at=at, digest=digest)
    institution.logo_digest = digest


def remove_logo(institution: Institution, *, by: Any, at: datetime) -> None:
    """Back to the symbol or the first character."""
    with transaction.atomic():
        Logo.objects.filter(institution=institution).delete()
        Institution.objects.filter(pk=institution.pk).update(logo_digest="")
        record("institution.logo_removed", actor=by, subject=institution, institution=institution, at=at)
    institution.logo_digest = ""
