"""Face pictures at rest: sealed, in private storage, under names that say nothing about a person."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction

from tenants.crypto import open_sealed, seal


def _aad(row: models.Model) -> str:
    """Binds a file to its row: copied to another row's name it does not open."""
    return f"{row._meta.label_lower}|{row.uuid}|frame"  # type: ignore[attr-defined]


def put(row: Any, picture: bytes) -> str:
    """Seal `picture` for `row` (its uuid is set, the insert may come later) and return the name to keep in `row.frame`.

    A rolled-back transaction leaves a sealed file that no row names; the next one does not overwrite it.
    """
    name = f"faces/{row.institution.schema_name}/{row._meta.model_name}/{row.uuid.hex[:2]}/{uuid.uuid4().hex}"
    return storages["private"].save(name, ContentFile(seal(picture, _aad(row))))


def get(row: Any) -> bytes:
    """The picture of a row. Raises `FileNotFoundError` when there is none, `CannotOpen` when it was tampered with."""
    if not row.frame:
        raise FileNotFoundError(row._meta.label_lower)
    with storages["private"].open(row.frame) as file:
        return open_sealed(file.read(), _aad(row))


def discard(row: Any) -> None:
    """Delete the file once the transaction has committed; the caller empties `row.frame`."""
    name = row.frame
    if name:
        transaction.on_commit(lambda: storages["private"].delete(name))
