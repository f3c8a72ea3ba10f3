"""Face pictures at rest: sealed, in private storage, under names that say nothing about a person."""

from typing import Any

from tenants import vault


def put(row: Any, picture: bytes, *, field: str = "frame") -> str:
    """Seal `picture` for `row` (its uuid is set, the insert may come later) and return the name to keep in `field`
    (`frame`, or `thumb` for its thumbnail).

    A rolled-back transaction leaves a sealed file that no row names; the next one does not overwrite it.
    """
    folder = f"faces/{row.institution.schema_name}/{row._meta.model_name}/{row.uuid.hex[:2]}"
    return vault.put(row, field, picture, folder=folder)


def get(row: Any, *, field: str = "frame") -> bytes:
    """The picture of a row, or its thumbnail.

    Raises `FileNotFoundError` when there is none, `CannotOpen` when it was tampered with.
    """
    return vault.get(row, field)


def discard(row: Any) -> None:
    """Delete picture and thumbnail once the transaction has committed; the caller empties the fields."""
    for field in row.sealed_files:
        vault.discard(row, field)
