"""The first look at an uploaded picture, in the web process: header bytes only, nothing is decoded."""

import struct

from proctoring.errors import PhotoRefused
from proctoring.rules import ProctoringRules

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers carry the dimensions; C4, C8 and CC are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


def dimensions(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG or PNG from its header; None for anything else, truncated or inconsistent."""
    try:
        if data.startswith(PNG):
            return _sane(*struct.unpack(">II", data[16:24])) if data[12:16] == b"IHDR" else None
        return _jpeg_dimensions(data) if data.startswith(JPEG) else None
    except (struct.error, IndexError):
        return None


def _jpeg_dimensions(data: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the start of frame."""
    at = 2
    while at < len(data) - 8:
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return _sane(width, height)
        elif marker in (0xD8, 0xD9, 0xDA):
            return None
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _sane(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if width > 0 and height > 0 else None


def is_frame(data: bytes, rules: ProctoringRules) -> bool:
    """Whether a socket message is a JPEG of allowed size and dimensions, with its end where it belongs."""
    if not data.startswith(JPEG) or not data.endswith(b"\xff\xd9") or len(data) > rules.frame_max_bytes:
        return False
    size = dimensions(data)
    return size is not None and all(rules.frame_min_px <= side <= rules.frame_max_px for side in size)


def check_photo(data: bytes, rules: ProctoringRules) -> None:
    """Raises `PhotoRefused` for what is too large, not a picture by its first bytes, or a decompression bomb."""
    if len(data) > rules.photo_max_bytes:
        raise PhotoRefused("photo.too_large", status=413)
    size = dimensions(data)
    if size is None:
        raise PhotoRefused("photo.not_an_image", status=415)
    if size[0] * size[1] > rules.photo_max_pixels:
        raise PhotoRefused("photo.too_large", status=413)
    if min(size) < rules.photo_min_px:
        raise PhotoRefused("photo.too_small")
