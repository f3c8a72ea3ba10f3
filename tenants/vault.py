"""Sealed files in private storage. A model that owns some says so: `sealed_files = ("frame",)` names the fields that
hold a file's name, and a rotation of the keys (`tenants.rotation`) finds them by that.

A file opens only under the row and the field it was sealed for.
"""

import os
import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import models, transaction

from tenants.crypto import open_sealed, seal


def aad_of(row: models.Model, field: str) -> str:
    """Binds a file to its row: copied to another row's name it does not open."""
    if field not in getattr(row, "sealed_files", ()):
        raise ImproperlyConfigured(f"{row._meta.label} does not list {field!r} in sealed_files; no rotation finds it.")
    return f"{row._meta.label_lower}|{row.uuid}|{field}"  # type: ignore[attr-defined]


def put(row: Any, field: str, data: bytes, *, folder: str) -> str:
    """Seal `data` for `row` (its uuid is set, the insert may come later); returns the name to keep in `field`.

    A rolled-back transaction leaves a sealed file that no row names; the next one does not overwrite it.
    """
    return storages["private"].save(f"{folder}/{uuid.uuid4().hex}", ContentFile(seal(data, aad_of(row, field))))


def get(row: Any, field: str) -> bytes:
    """The content. Raises `FileNotFoundError` when there is none, `CannotOpen` when it was tampered with."""
    name = getattr(row, field)
    if not name:
        raise FileNotFoundError(f"{row._meta.label_lower} {field}")
    with storages["private"].open(name) as file:
        return open_sealed(file.read(), aad_of(row, field))


def discard(row: Any, field: str) -> None:
    """Delete the file once the transaction has committed; the caller empties the field."""
    name = getattr(row, field)
    if name:
        transaction.on_commit(lambda: storages["private"].delete(name))


def read_raw(name: str) -> bytes:
    """The sealed bytes as they lie there."""
    with storages["private"].open(name) as file:
        return bytes(file.read())


def replace_raw(name: str, blob: bytes) -> None:
    """Put other sealed bytes into the place of a file, whole or not at all; a reader sees the old or the new ones."""
    storage = storages["private"]
    if not isinstance(storage, FileSystemStorage):
        storage.save(name, ContentFile(blob))  # an object of a bucket is replaced as a whole
        return
    path = Path(storage.path(name))
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(blob)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(path.stat().st_mode & 0o777)
    Path(part.name).replace(path)
