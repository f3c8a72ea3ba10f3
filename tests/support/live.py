"""A real Daphne beside the test, on the test's own database: to be killed, and to be looked at by a browser."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from config.processes import dies_with_parent, free_port, wait_until

START_TIMEOUT_S = 60.0
T = TypeVar("T")


class Daphne:
    """One web process. Needs a test that commits (`django_db(transaction=True)`)."""

    def __init__(self, port: int | None = None, **environment: str) -> None:
        self.port, self.environment = port or free_port(), environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers; the port stays the same over restarts."""
        command = ["daphne", "-b", "127.0.0.1", "-p", str(self.port), "-v", "0", "config.asgi:application"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | self.environment,
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        if not wait_until(lambda: self.answers() or self.process.poll() is not None, START_TIMEOUT_S, every_s=0.1):
            raise RuntimeError("daphne did not start")
        if self.process.poll() is not None:
            raise RuntimeError(f"daphne ended with {self.process.returncode}")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """kill -9: no goodbye, no flush."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def site(self, institution: Any) -> str:
        """The institution's address for a browser (`*.localhost` needs no name server there)."""
        return f"http://{institution.schema_name}.localhost:{self.port}"


def in_thread(read: Callable[[], T], *, scope: Any) -> T:
    """Run a database read of the test beside Playwright, whose loop occupies the test's own thread."""
    from django.db import connections

    from tenants.scopes import institution_scope

    def run() -> T:
        try:
            with institution_scope(scope):
                return read()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@contextmanager
def daphne(**environment: str) -> Iterator[Daphne]:
    server = Daphne(**environment)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
