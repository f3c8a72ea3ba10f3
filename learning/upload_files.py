"""The files of uploads on this disk: the pieces that have come, and the scratch folders of conversions.

Everything lies in `settings.UPLOADS_ROOT`, named by the upload's uuid, never by a name from outside. Web and workers
must see the same folder.
"""

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from learning.errors import NoSpace
from learning.models import MediaUpload

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
RESERVE = 256 * 1024 * 1024  # bytes that uploads leave to everything else
NAME = 120


def source_of(upload: MediaUpload) -> Path:
    """The file as it was sent."""
    return Path(settings.UPLOADS_ROOT) / f"{upload.uuid}.part"


def scratch_of(upload: MediaUpload) -> Path:
    """The folder in which it is converted."""
    return Path(settings.UPLOADS_ROOT) / f"{upload.uuid}.scratch"


def cleaned_name(name: str) -> str:
    """The last part of a file's name without what no name needs; for people to read, never a path."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:NAME]}{dot}{ending[:8]}"


def require_space(size: int) -> None:
    """Room for the file and about as much again for what is made of it. Raises `NoSpace`."""
    root = Path(settings.UPLOADS_ROOT)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(root).free < 2 * size + RESERVE:
        raise NoSpace()


def append(upload: MediaUpload, data: bytes) -> None:
    """Write a piece behind what the row says has come; on the disk for good when this returns. Raises `NoSpace`.

    Bytes behind that, of a piece whose row was never written, are overwritten.
    """
    handle = os.open(source_of(upload), os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.ftruncate(handle, upload.received)
        _write(handle, data, upload.received)
        os.fsync(handle)
    except OSError as error:
        if error.errno not in FULL:
            raise
        os.ftruncate(handle, upload.received)
        raise NoSpace() from error
    finally:
        os.close(handle)


def _write(handle: int, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while rest:
        done = os.pwrite(handle, rest, at)
        rest, at = rest[done:], at + done


def forget(upload: MediaUpload) -> None:
    """Delete what lies here of an upload."""
    source_of(upload).unlink(missing_ok=True)
    shutil.rmtree(scratch_of(upload), ignore_errors=True)


@contextmanager
def only_worker(upload: MediaUpload) -> Iterator[bool]:
    """Whether this process alone converts the upload; the kernel lets go of a killed one's hold at once."""
    try:
        handle = os.open(source_of(upload), os.O_RDONLY)
    except FileNotFoundError:
        yield True  # the caller finds out that there is nothing to convert
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
