"""The boxes of an mp4 or mov, walked before ffmpeg sees the file: nothing outside the file, nothing absurd.

Only headers are read, `moov` at most `Limits.header` bytes. Layout: ISO/IEC 14496-12, QuickTime File Format.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from learning.media.limits import Limits
from learning.media.names import BadMedia

HEAD = 12  # bytes that tell an mp4 from everything else
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"udta", b"mvex"}
# A header that is compressed, or only says where the film is.
REFUSED = {b"cmov": "damaged", b"rmra": "outside", b"rmda": "outside", b"rdrf": "outside"}
DEPTH = 12


@dataclass
class _Walk:
    limits: Limits
    boxes: int = 0
    tracks: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def count(self) -> None:
        self.boxes += 1
        if self.boxes > self.limits.boxes:
            raise BadMedia("too_many_parts")


def is_mp4(head: bytes) -> bool:
    """Whether a file that begins so says that it is an mp4 or mov. At least `HEAD` bytes, or the whole file."""
    return len(head) >= HEAD and head[4:8] == b"ftyp" and 8 <= int.from_bytes(head[:4], "big") <= 1024


def check_boxes(file: BinaryIO, limits: Limits) -> None:
    """Raises `BadMedia`: `not_video`, `truncated`, `damaged`, `too_many_parts`, `outside`, `streams`, `pixels`."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not is_mp4(file.read(HEAD)):
        raise BadMedia("not_video")
    walk, found = _Walk(limits), False
    for kind, start, end in _top(file, size, walk):
        if kind == b"moov":
            if end - start > limits.header:
                raise BadMedia("too_many_parts")
            file.seek(start)
            _inside(memoryview(file.read(end - start)), walk, 0)
            found = True
        elif kind in REFUSED:
            raise BadMedia(REFUSED[kind])
    if not found:
        raise BadMedia("truncated")
    if walk.tracks > limits.streams:
        raise BadMedia("streams")


def _top(file: BinaryIO, size: int, walk: _Walk) -> Iterator[tuple[bytes, int, int]]:
    """The outermost boxes: kind, where the content begins, where it ends."""
    at = 0
    while at < size:
        walk.count()
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise BadMedia("truncated")
        length, kind, begins = struct.unpack(">I", head[:4])[0], head[4:8], 8
        if length == 1 and len(head) == 16:
            length, begins = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = size - at
        if length < begins:
            raise BadMedia("damaged")
        if at + length > size:
            raise BadMedia("truncated")
        yield kind, at + begins, at + length
        at += length


def _inside(data: memoryview, walk: _Walk, depth: int) -> None:
    if depth > DEPTH:
        raise BadMedia("damaged")
    at = 0
    while at + 8 <= len(data):
        walk.count()
        length, kind = struct.unpack(">I", data[at : at + 4])[0], bytes(data[at + 4 : at + 8])
        if kind == b"\0\0\0\0" or length == 0:  # QuickTime ends a list so
            return
        if length < 8 or at + length > len(data):
            raise BadMedia("damaged")
        _look_at(kind, data[at + 8 : at + length], walk)
        if kind in CONTAINERS:
            _inside(data[at + 8 : at + length], walk, depth + 1)
        at += length


def _look_at(kind: bytes, content: memoryview, walk: _Walk) -> None:
    if kind in REFUSED:
        raise BadMedia(REFUSED[kind])
    if kind == b"trak":
        walk.tracks += 1
        if walk.tracks > walk.limits.streams:
            raise BadMedia("streams")
    if kind == b"dref":
        _require_own_data(content)
    if kind == b"tkhd" and len(content) >= 8:
        width, height = (value >> 16 for value in struct.unpack(">II", content[-8:]))
        if width * height > walk.limits.pixels or max(width, height) > walk.limits.side:
            raise BadMedia("pixels")


def _require_own_data(content: memoryview) -> None:
    """Every entry of a data reference says that the data are in this very file (flag 1)."""
    at = 8
    while at + 12 <= len(content):
        length = struct.unpack(">I", content[at : at + 4])[0]
        if length < 12 or not content[at + 11] & 1:
            raise BadMedia("outside")
        at += length
