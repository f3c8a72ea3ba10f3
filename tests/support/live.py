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
from tests.support.zygote import Forked, fork

START_TIMEOUT_S = 180.0
AS_LOADED = {"ZHUXUE_SERVE": "all"}
T = TypeVar("T")


class Daphne:
    """One web process. Needs a test that commits (`django_db(transaction=True)`).

    `serve`: what of the site, `http`, `sockets` or `all`; behind a `proxied` one the visitor's address is its word.
    """

    def __init__(self, port: int | None = None, *, serve: str = "all", proxied: bool = False, **env: str) -> None:
        self.port = port or free_port()
        self.options = ["--proxy-headers", "--proxy-headers-host", "X-Real-IP"] if proxied else []
        self.env = {"ZHUXUE_SERVE": serve, **env}
        self.process: subprocess.Popen[bytes] | Forked | None = None

    def start(self) -> None:
        """Start and wait until it answers; the port stays the same over restarts."""
        arguments = ["-b", "127.0.0.1", "-p", str(self.port), "-v", "0", *self.options, "config.asgi:application"]
        self.process = self._own(arguments) if self.env != AS_LOADED else fork(arguments)
        if not wait_until(lambda: self.answers() or self.process.poll() is not None, START_TIMEOUT_S, every_s=0.1):
            raise RuntimeError("daphne did not start")
        if self.process.poll() is not None:
            raise RuntimeError(f"daphne ended with {self.process.returncode}")

    def _own(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "daphne", *arguments],
            env=os.environ | self.env | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )

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
def daphne(**options: Any) -> Iterator[Daphne]:
    server = Daphne(**options)
    try:
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
