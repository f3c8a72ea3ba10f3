"""What editors upload, looked at by its content: pictures are drawn anew, documents must be what their name says.

Names and headers of an upload are the sender's claim and decide nothing (ADR 0248).
"""

import io
import re
import zipfile
from pathlib import PurePath
from typing import IO, Any

import puremagic
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MOST_PIXELS = 40_000_000  # of what is uploaded: 160 MB while it is open
MOST_SIDE_PX = 12_000
KEPT_PX = 4000  # the longer side of what is kept
JPEG_QUALITY = 88
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
ENDINGS = {"PNG": (".png",), "JPEG": (".jpg", ".jpeg"), "WEBP": (".webp",)}
MODES = {"P": "RGBA", "LA": "RGBA", "PA": "RGBA", "L": "L", "RGB": "RGB", "RGBA": "RGBA"}

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".pptx": "ppt/presentation.xml"}
MOST_DIRECTORY = 1024 * 1024  # bytes of a zip's table of contents: some thousand entries
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
HEAD = 4096
MARKUP = ("<!doctype", "<html", "<svg", "<script", "<?xml", "<head", "<body", "<iframe")


def redraw(data: bytes, name: str) -> bytes:
    """The same picture, upright, at most `KEPT_PX` long, and nothing else that the file held.

    The size is known from the header before anything is decoded; decoding is limited to three formats. Raises
    ValidationError with the sentence of what is wrong.
    """
    picture, kind = _opened(data)
    if not name.lower().endswith(ENDINGS[kind]):
        words = _("The name of the file does not fit its content: it is a %(kind)s picture.") % {"kind": kind}
        raise ValidationError(words, code="upload.other_kind")
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > MOST_SIDE_PX:
        raise _too_many_pixels()
    try:
        picture.draft(None, (KEPT_PX, KEPT_PX))  # a JPEG is decoded at the size that is needed
        picture.thumbnail((KEPT_PX, KEPT_PX))
        picture = ImageOps.exif_transpose(picture)
        picture = picture.convert("RGB" if kind == "JPEG" else MODES.get(picture.mode, "RGB"))
        clean = Image.new(picture.mode, picture.size)
        clean.paste(picture)
        out = io.BytesIO()
        clean.save(out, kind, quality=JPEG_QUALITY)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:  # truncated, or damaged on purpose
        raise ValidationError(_("The picture is damaged and cannot be opened."), code="upload.damaged") from error
    return out.getvalue()


def _opened(data: bytes) -> tuple[Image.Image, str]:
    """The picture and its kind by the content; Pillow calls a telephone's JPEG of several pictures MPO."""
    try:
        kind = FORMATS[puremagic.from_string(data, mime=True)]
        return Image.open(io.BytesIO(data), formats=[kind]), kind
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (puremagic.PureError, ValueError, KeyError, OSError, SyntaxError) as error:
        words = _("This file is no PNG, JPEG or WebP picture. Drawings such as SVG must be exported as PNG first.")
        raise ValidationError(words, code="upload.not_an_image") from error


def _too_many_pixels() -> ValidationError:
    words = _("The picture has too many pixels: at most %(million)s million, no side over %(side)s. Save it smaller.")
    values = {"million": MOST_PIXELS // 1_000_000, "side": MOST_SIDE_PX}
    return ValidationError(words % values, code="upload.too_many_pixels")


def check_document(file: IO[bytes], name: str) -> None:
    """Raises ValidationError unless the content is of the kind that the name's ending says. Reads only what it must."""
    ending = PurePath(name).suffix.lower()
    check = CHECKS.get(ending)
    if check is None:
        words = _("Only PDF, Word, Excel, PowerPoint, ZIP and TXT files can be uploaded here.")
        raise ValidationError(words, code="upload.kind")
    file.seek(0)
    fits = check(file, ending)
    file.seek(0)
    if not fits:
        words = _("The content of the file is not what its name says (%(ending)s). Save it again in that format.")
        raise ValidationError(words % {"ending": ending}, code="upload.other_kind")


def _is_pdf(file: IO[bytes], _ending: str) -> bool:
    return file.read(5) == b"%PDF-"


def _is_ole(file: IO[bytes], _ending: str) -> bool:
    return file.read(len(OLE)) == OLE


def _is_zip(file: IO[bytes], ending: str) -> bool:
    """A package of Office must hold its main part and no macros; nothing is unpacked."""
    if file.read(4) not in {b"PK\x03\x04", b"PK\x05\x06"}:
        return False
    if not 0 <= _directory_bytes(file) <= MOST_DIRECTORY:
        return False
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    if ending == ".zip":
        return True
    return PARTS[ending] in names and not any(name.lower().endswith("vbaproject.bin") for name in names)


def _directory_bytes(file: IO[bytes]) -> int:
    """Length of the table of contents as the end of the file tells it, before it is read; -1: none, or in ZIP64."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 22 - 65_535))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22 or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return -1
    return int.from_bytes(tail[at + 12 : at + 16], "little")


def _is_text(file: IO[bytes], _ending: str) -> bool:
    """Readable characters without control characters, and no page of markup under another name."""
    data = file.read()
    text = _decoded(data)
    if text is None or CONTROLS.search(text):
        return False
    return not text[:HEAD].lstrip("\ufeff \t\r\n").lower().startswith(MARKUP)


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


CHECKS: dict[str, Any] = {
    ".pdf": _is_pdf,
    ".doc": _is_ole,
    ".xls": _is_ole,
    ".ppt": _is_ole,
    ".docx": _is_zip,
    ".xlsx": _is_zip,
    ".pptx": _is_zip,
    ".zip": _is_zip,
    ".txt": _is_text,
}
