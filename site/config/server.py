"""A server program as a child process: start or adopt, wait until it answers, stop. No Django here."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any, ClassVar

from config.processes import (
    ServiceError,
    dies_with_parent,
    free_port,
    port_is_free,
    process_alive,
    require_port,
    wait_until,
)


class Server:
    """A folder, a port, a child process. A `tied` server dies with the caller, another one stays until stop()."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path, *, port: int | None = None, tied: bool = True) -> None:
        self.folder = folder
        self.wanted_port = port
        self.tied = tied
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def port(self) -> int:
        return int((self.folder / "port").read_text())

    @property
    def was_started(self) -> bool:
        return (self.folder / "port").exists()

    @property
    def pid(self) -> int | None:
        """Process id of a server that runs on this folder, whoever started it."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        raise NotImplementedError

    def prepare(self) -> None:
        """Make the folder fit for the first start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether a client would be served now."""
        raise NotImplementedError

    def start(self, timeout_s: float = 30) -> str:
        """Start, or adopt a server that already runs on this folder; returns its URL."""
        self.prepare()
        if self.pid is None:
            self._choose_port()
            self._spawn()
        if not wait_until(lambda: self.answers() or self._gone(), timeout_s) or not self.answers():
            self.stop()
            raise ServiceError(f"{self.name} does not start: {self._last_words()} (its log: {self.log})")
        return self.url

    def stop(self, timeout_s: float = 15) -> None:
        """Stop politely, and by force after the time-out. Does nothing when nothing runs."""
        pid = self.pid if self.process is None else self.process.pid
        if pid is None:
            return
        for sig in (self.stop_signal, signal.SIGQUIT, signal.SIGKILL):
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                break
            if wait_until(lambda: self._reaped() or not process_alive(pid), timeout_s):
                break
        self._reaped()
        self.process = None

    def _choose_port(self) -> None:
        remembered = self.folder / "port"
        port = self.wanted_port
        if port is not None:
            require_port(port, self.name, "choose another one.")
        elif remembered.exists() and port_is_free(int(remembered.read_text())):
            return
        remembered.write_text(str(port or free_port()))

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.stop_signal) if self.tied else None,
                **self._identity(),
            )

    def _identity(self) -> dict[str, Any]:
        return {}

    def _gone(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _reaped(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        fatal = [line for line in lines[-20:] if "FATAL" in line or "error" in line.lower()]
        return (fatal or lines or ["it says nothing"])[-1].strip()[:200]
