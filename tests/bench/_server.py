"""One Daphne process to be measured: on a core of its own, its memory, and what PostgreSQL spends for it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.processes import dies_with_parent, free_port, wait_until

START_S = 180  # on a machine that is busy with other things


class Server:
    """A process that listens on `port`."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def memory(self) -> int:
        """Bytes that belong to this process alone."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


@contextmanager
def served(application: str, **environment: str) -> Iterator[Server]:
    """Serve an ASGI application on the first core, while the client that measures runs on the last one.

    PostgreSQL runs where it likes, as PERFORMANCE.md measured it.
    """
    port, cores = free_port(), os.sched_getaffinity(0)
    most_files()
    dies = dies_with_parent(signal.SIGKILL)

    def prepare() -> None:
        dies()
        os.sched_setaffinity(0, {min(cores)})

    process = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", application],
        env=os.environ | {"ZHUXUE_LOG_LEVEL": "ERROR"} | environment,
        preexec_fn=prepare,
    )
    try:
        os.sched_setaffinity(0, {max(cores)})
        if not wait_until(lambda: answers(port) or process.poll() is not None, START_S) or process.poll() is not None:
            raise RuntimeError(f"{application} does not answer")
        yield Server(process.pid, port)
    finally:
        os.sched_setaffinity(0, cores)
        process.kill()
        process.wait()


def most_files() -> None:
    """As many open files as we may have: a socket is one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def answers(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def postmaster() -> int:
    """Process id of the server of the database; it must run on this machine to be measured."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    parent = parent_of(backend)
    if parent is None or b"postgres" not in command_of(backend):
        raise RuntimeError("PostgreSQL must run on this machine to be measured")
    return parent


def family_cpu_s(parent: int) -> float:
    """Seconds of CPU of the children of a process: of PostgreSQL's backends, its WAL and I/O workers."""
    processes = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return sum(cpu_s(pid) for pid in processes if parent_of(pid) == parent)


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def parent_of(pid: int) -> int | None:
    found = stat_of(pid)
    return int(found[1]) if found else None


def cpu_s(pid: int) -> float:
    """Seconds a process has run, in user mode and in the kernel; 0 when it is gone."""
    found = stat_of(pid)
    return (int(found[11]) + int(found[12])) / os.sysconf("SC_CLK_TCK") if found else 0.0


def stat_of(pid: int) -> list[str]:
    """The kernel's figures of a process, from its state on; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
