"""PostgreSQL and Redis of one module's own, durable as in production, with a copy of the template: to be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.processes import process_alive, wait_until
from config.services import Postgres, Redis
from tests.support import database, servers


class OwnServers:
    """`environment` is what a process of ours needs to use them."""

    def __init__(self, state: Path, folder: Path) -> None:
        self.postgres = Postgres(folder, durable=True)
        self.redis = Redis(state, durable=False)

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url, "ZHUXUE_REDIS_BASE": "0"}

    def start(self) -> None:
        self.postgres.start()
        self.redis.start()
        _restore(_dump(self.postgres), self.postgres)
        _run(
            self.postgres, "psql", "-qc", "CHECKPOINT", self.postgres.url
        )  # or a crash would have all of it to recover

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()

    def crash_postgres(self) -> None:
        """What `pg_ctl stop -m immediate` does: no checkpoint, no goodbye; it recovers from its log at the start."""
        pid = self.postgres.pid
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        process = self.postgres.process
        assert wait_until(lambda: not process_alive(pid) or bool(process and process.poll() is not None), 10)
        self.postgres.process = None
        forget_connections()

    def kill_redis(self) -> None:
        process = self.redis.process
        assert process is not None
        process.kill()
        process.wait()
        self.redis.process = None

    def flush_redis(self) -> None:
        import redis

        with redis.Redis.from_url(self.redis.url) as client:
            client.flushall()

    @contextmanager
    def used_by_django(self) -> Iterator[None]:
        """Django in this process reads and writes there too; pytest-django's own database is not touched meanwhile."""
        from django.db import connections

        from config.env import database_from

        found = connections["default"].settings_dict
        ours = database_from(self.postgres.url)
        before = {key: found[key] for key in ours}
        forget_connections()
        found.update(ours)
        try:
            yield
        finally:
            forget_connections()
            found.update(before)


def forget_connections() -> None:
    """Close those of this thread, and the pool."""
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()


@contextmanager
def own_servers() -> Iterator[OwnServers]:
    place = servers.cache_folder().parent  # where PostgreSQL's user may pass, and finds its binaries
    _sweep(place)
    state, folder = Path(tempfile.mkdtemp(prefix="zhuxue-own-")), place / f"own-{os.getpid()}"
    made = OwnServers(state, folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(state, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what killed runs left behind."""
    for folder in place.glob("own-*"):
        if not process_alive(int(folder.name.rpartition("-")[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _dump(server: Postgres) -> Path:
    """The template as a file, made once a template."""
    name = database.ensure_template()
    file = servers.cache_folder() / f"{name}.dump"
    with servers.locked("dump"):
        if not file.exists():
            for old in file.parent.glob("zx_template_*.dump"):
                old.unlink()
            part = file.with_suffix(".part")
            _run(server, "pg_dump", "-Fc", "-Z1", "-f", str(part), "-d", servers.database_url(name))
            part.rename(file)
    return file


def _restore(file: Path, server: Postgres) -> None:
    _run(server, "pg_restore", "-j2", "--no-owner", "-d", server.url, str(file))


def _run(server: Postgres, binary: str, *arguments: str) -> None:
    made = subprocess.run([server.binary(binary), *arguments], capture_output=True, text=True)
    if made.returncode != 0:
        raise RuntimeError(f"{binary} failed:\n{made.stderr[-2000:]}")
