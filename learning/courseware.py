"""Folders of courseware in the storage `courseware`: a local disk or a bucket. A folder is whole, or is not named.

Locally a folder appears by one rename. A bucket has no renames: the playlists are written last, and no row names a
folder before all is there.
"""

import os
import shutil
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from learning.media import PLAYLIST


def courseware() -> Storage:
    """The storage of all encoded media."""
    return storages["courseware"]


def store_folder(local: Path, name: str) -> None:
    """Bring a folder into the storage under `name`. What lies there from a broken attempt is replaced."""
    storage = courseware()
    if isinstance(storage, FileSystemStorage):
        _store_beside(local, Path(storage.path(name)))
        return
    files = [path for path in local.rglob("*") if path.is_file()]
    for path in sorted(files, key=lambda path: (path.name == PLAYLIST, path.as_posix())):
        _put(storage, path, f"{name}/{path.relative_to(local).as_posix()}")


def _store_beside(local: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(local, part, copy_function=_link)
        part.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _link(source: str, target: str) -> str:
    """A hard link where the disk allows, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _put(storage: Storage, path: Path, name: str) -> None:
    with path.open("rb") as file:
        _save(storage, File(file), name)


def _save(storage: Storage, file: File, name: str) -> None:
    """One file of a bucket, in place of what it has under this name."""
    stored = storage.save(name, file)
    if stored != name:  # a storage that never overwrites has kept both
        storage.delete(stored)
        storage.delete(name)
        file.seek(0)
        storage.save(name, file)


def store_bytes(data: bytes, name: str) -> None:
    """One small file beside others of its folder, in place of the one of this name: by one rename on a disk."""
    storage = courseware()
    if not isinstance(storage, FileSystemStorage):
        _save(storage, ContentFile(data), name)
        return
    target = Path(storage.path(name))
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(data)
    part.chmod(0o644)
    part.rename(target)


def delete_folder(name: str) -> None:
    """Delete a folder and all in it; nothing happens where there is none."""
    storage = courseware()
    if isinstance(storage, FileSystemStorage):
        shutil.rmtree(storage.path(name), ignore_errors=True)
        return
    folders, files = storage.listdir(name)
    for folder in folders:
        delete_folder(f"{name}/{folder}")
    for file in files:
        storage.delete(f"{name}/{file}")
