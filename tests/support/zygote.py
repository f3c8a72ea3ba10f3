"""A process that has our code loaded and waits: each web process of a test is a fork of it, there in a third of the
time. One a worker; whoever needs other settings than the worker's starts a process of their own.

The reactor must not exist before the fork (siblings would share its poll), so `daphne.server`, which makes it, is kept
out until then.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import types
from functools import cache

from config.processes import dies_with_parent


class Forked:
    """A fork, with as much of `subprocess.Popen` as a server of a test needs."""

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode = pid, None
        self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """0 once it has ended: its code is the zygote's to know."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        if self._ended(timeout) is None:
            raise subprocess.TimeoutExpired("daphne", timeout or 0)
        return 0

    def kill(self) -> None:
        signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def terminate(self) -> None:
        signal.pidfd_send_signal(self._handle, signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        return 0 if select.select([self._handle], [], [], timeout)[0] else None


@cache
def _zygote() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.zygote"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=dies_with_parent(signal.SIGKILL),
    )  # fmt: skip


def fork(arguments: list[str]) -> Forked:
    """A Daphne with these arguments, from the zygote of this worker."""
    process = _zygote()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(arguments).encode() + b"\n")
    process.stdin.flush()
    return Forked(int(process.stdout.readline()))


def main() -> None:
    sys.modules["daphne.server"] = types.ModuleType("daphne.server")
    import config.asgi  # noqa: F401 - all of our code

    if threading.active_count() > 1:
        raise RuntimeError("a thread that a fork would lose")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    arm, answers = dies_with_parent(signal.SIGKILL), os.dup(1)
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        pid = os.fork()
        if not pid:
            arm()
            os.close(answers)
            _serve(json.loads(line))
        os.write(answers, b"%d\n" % pid)


def _serve(arguments: list[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    del sys.modules["daphne.server"]
    from daphne.cli import CommandLineInterface

    CommandLineInterface().run(arguments)
    os._exit(0)


if __name__ == "__main__":
    main()
