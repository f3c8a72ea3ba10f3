"""The website as the demo runs it: web processes on one shared listening socket, to be killed one by one."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.launch import BACKLOG, web_options
from config.processes import dies_with_parent, wait_until

START_TIMEOUT_S = 180.0


class Web:
    """Process 0, 1, … on the port; `environment` is added to this process's own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def start(self, *numbers: int) -> None:
        """Start processes and wait until each of them takes connections."""
        for number in numbers:
            self.spawn(number)
        for number in numbers:
            self.wait_for(number)

    def spawn(self, number: int) -> None:
        handle = self.listener.fileno()
        self.processes[number] = subprocess.Popen(
            [sys.executable, "-m", "config.web", *web_options(handle)],
            env=self.environment,
            pass_fds=(handle,),
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )

    def wait_for(self, number: int) -> None:
        process = self.processes[number]
        if not wait_until(lambda: self.listens(number) or process.poll() is not None, START_TIMEOUT_S, every_s=0.05):
            raise RuntimeError("the web process does not start")
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended with {process.returncode}")

    def listens(self, number: int) -> bool:
        """Whether it has taken the socket into its loop: it keeps a copy, and closes the number it inherited."""
        process = self.processes[number]
        handle, ours = self.listener.fileno(), os.readlink(f"/proc/self/fd/{self.listener.fileno()}")
        folder = f"/proc/{process.pid}/fd"
        try:
            found = {name: _link(f"{folder}/{name}") for name in os.listdir(folder)}
        except OSError:
            return False
        return ours in found.values() and found.get(str(handle)) != ours

    def running(self) -> list[int]:
        return [number for number, process in self.processes.items() if process.poll() is None]

    def busiest(self) -> int:
        """The running process that holds the most connections."""
        return max(self.running(), key=lambda number: _sockets(self.processes[number].pid))

    def answers(self, timeout_s: float = 10) -> int:
        """Ask for something small on a new connection; the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", "/brand.css", headers={"Host": "localhost"})
            return connection.getresponse().status
        finally:
            connection.close()

    def kill(self, number: int) -> None:
        """kill -9: no goodbye, no flush."""
        self.processes[number].kill()
        self.processes[number].wait()

    def terminate(self, number: int) -> int:
        """As a deployment does: SIGTERM, and wait; the exit code."""
        self.processes[number].terminate()
        return self.processes[number].wait(15)

    def stop(self) -> None:
        for number in self.running():
            self.kill(number)
        self.listener.close()


def _sockets(pid: int) -> int:
    folder = f"/proc/{pid}/fd"
    return sum(_link(f"{folder}/{name}").startswith("socket:") for name in os.listdir(folder))


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


@contextmanager
def web(environment: Mapping[str, str], processes: int = 2) -> Iterator[Web]:
    made = Web(environment)
    try:
        made.start(*range(processes))
        yield made
    finally:
        made.stop()
