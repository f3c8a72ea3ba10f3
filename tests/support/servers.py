"""The servers of a test run and the environment that settings are read from; imports no Django.

One PostgreSQL below the state folder serves all runs on this machine at once (the last run to end stops it), one Redis
serves a run and its xdist workers; each worker has a database, Redis numbers and files of its own.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from config.services import Postgres, Redis, state_folder
from config.translations import compile_all

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIS_NUMBERS_PER_WORKER = 4  # cache, channels, faces, celery
SERVER, RUN, REDIS = "ZHUXUE_TEST_SERVER", "ZHUXUE_TEST_RUN", "ZHUXUE_TEST_REDIS"


def prepare(*, folder: str = "test", durable: bool = False) -> None:
    """Start what is missing and name everything in the environment; called before Django's settings are read.

    `durable` for measurements: with fsync and synchronous_commit as in production, in a `folder` of its own.
    """
    if SERVER not in os.environ:
        _start_for_this_run(folder, durable)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    number = int(worker.removeprefix("gw")) + 1 if worker != "main" else 0
    files = Path(tempfile.mkdtemp(prefix=f"zhuxue-{worker}-"))
    (files / "cache").symlink_to(cache_folder(), target_is_directory=True)
    compile_all()
    atexit.register(shutil.rmtree, files, ignore_errors=True)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        ZHUXUE_ENV="test",
        ZHUXUE_VAR=str(files),
        ZHUXUE_REDIS_BASE=str(number * REDIS_NUMBERS_PER_WORKER),
        DATABASE_URL=database_url(worker_database(worker)),
        REDIS_URL=os.environ[REDIS],
        ZHUXUE_SCHEMA_CHECK_S="86400",  # looked at once a run: exact query counts must not depend on who comes first
    )


def worker_database(worker: str) -> str:
    return f"zx_run_{os.environ[RUN]}_{worker}"


def database_url(name: str) -> str:
    return f"{os.environ[SERVER]}/{name}"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between all test processes of this machine that share the state folder."""
    with _lock_file(name) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


_held: list[IO[str]] = []


def hold(name: str) -> None:
    """Say that this process uses something shared until it ends, so that no other run removes it."""
    file = _lock_file(name)
    fcntl.flock(file, fcntl.LOCK_SH)
    _held.append(file)


def is_held(name: str) -> bool:
    """Whether any living process holds it."""
    with _lock_file(name) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def cache_folder() -> Path:
    """Survives runs: for what is slow to make and known by a hash (encoded video, clips)."""
    folder = Path(os.environ["ZHUXUE_TEST_CACHE"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lock_file(name: str) -> IO[str]:
    folder = Path(os.environ["ZHUXUE_TEST_CACHE"])
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / f"{name}.lock").open("a")


def _start_for_this_run(folder: str, durable: bool) -> None:
    state = state_folder() / folder
    state.mkdir(mode=0o711, exist_ok=True)
    os.environ["ZHUXUE_TEST_CACHE"] = str(state / "cache")
    os.environ[RUN] = str(os.getpid())
    if "DATABASE_URL" in os.environ:
        os.environ[SERVER] = os.environ["DATABASE_URL"].rpartition("/")[0]
    else:
        os.environ[SERVER] = _join_postgres(state, durable).rpartition("/")[0]
    if "REDIS_URL" in os.environ:
        os.environ[REDIS] = os.environ["REDIS_URL"]
    else:
        files = Path(tempfile.mkdtemp(prefix="zhuxue-redis-"))
        redis = Redis(files, durable=False)
        os.environ[REDIS] = redis.start()
        atexit.register(shutil.rmtree, files, ignore_errors=True)
        atexit.register(redis.stop)


def _join_postgres(state: Path, durable: bool) -> str:
    """Start or adopt the shared server; whoever leaves last stops it."""
    server = Postgres(state / "postgres", durable=durable, tied=False)
    users = _lock_file("users")
    with locked("start"):
        fcntl.flock(users, fcntl.LOCK_SH)
        url = server.start()

    def leave() -> None:
        with locked("start"):
            fcntl.flock(users, fcntl.LOCK_UN)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            server.stop()

    atexit.register(leave)
    return url
