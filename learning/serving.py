"""Courseware files to a browser that may have them: by nginx where there is one, else by ourselves, ranges included.

Whoever calls has asked every rule; the path is made of names of ours, never taken from a request.
"""

import re
from pathlib import PurePosixPath
from typing import IO, Any, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse

KINDS = {".vtt": "text/vtt; charset=utf-8", ".jpg": "image/jpeg"}
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(Exception):
    """The range begins behind the end of the file."""


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """The file `path` of the courseware. Without nginx: 404 when it is missing, 206 or 416 for one range of bytes."""
    kind = KINDS.get(PurePosixPath(path).suffix, "video/mp4")
    storage = storages["courseware"]
    response = _by_nginx(storage, path) if settings.ACCEL else _by_us(storage, path, request.headers.get("Range", ""))
    response["Content-Type"] = kind
    response["Cache-Control"] = "private, max-age=600"
    return response


def _by_nginx(storage: Storage, path: str) -> HttpResponse:
    """Where nginx finds the file below its internal location: on disk, or in the bucket with the signed query."""
    try:
        storage.path(path)
    except NotImplementedError:  # a bucket; nginx knows its host itself
        signed = urlsplit(storage.url(path))
        where = f"{signed.path.lstrip('/')}?{signed.query}"
    else:
        where = quote(path)
    return HttpResponse(headers={"X-Accel-Redirect": f"{settings.ACCEL}{where}"})


def _by_us(storage: Storage, path: str, asked: str) -> HttpResponse:
    if not storage.exists(path):
        raise Http404
    size = storage.size(path)
    try:
        span = span_of(asked, size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    first, last = span or (0, size - 1)
    response = FileResponse(_Piece(storage.open(path), first, last - first + 1), status=206 if span else 200)
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if span:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return cast(HttpResponse, response)  # the decorators' type; a FileResponse is one in all but ancestry


def span_of(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a `Range` header for a file of `size` bytes; None for what RFC 9110 lets us ignore.

    Ignored, so that the whole file is sent: no header, several ranges, another unit, nonsense. Raises `Unsatisfiable`.
    """
    found = RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        if not int(last) or not size:
            raise Unsatisfiable
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1


class _Piece:
    """`length` bytes of an open file, read block by block."""

    def __init__(self, file: IO[Any], first: int, length: int) -> None:
        file.seek(first)
        self.file, self.left = file, length

    def read(self, block: int = 64 * 1024) -> bytes:
        data = self.file.read(min(block, self.left))
        self.left -= len(data)
        return cast(bytes, data)

    def close(self) -> None:
        self.file.close()
