"""Keeps a handful of programs running: prefixes what they print, brings back what dies, stops all of them together.

The programs get SIGTERM and, after their time-out, SIGKILL (a Daphne has been seen to ignore SIGTERM). Should the
supervisor itself be killed, the kernel kills its children. A program that is killed comes back within a second; one
that dies again and again waits longer each time, up to half a minute.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.processes import dies_with_parent, process_alive, wait_until

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 30.0
STEADY_S = 20.0  # a program that ran this long starts again with the shortest pause


@dataclass(frozen=True)
class Program:
    """What to run. `stop_timeout_s` is how long it may take over its last words."""

    name: str
    command: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_timeout_s: float = 8.0


def pause_before_restart(deaths_in_a_row: int) -> float:
    """Seconds to wait before the next start: doubles with each death in a row."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** max(0, deaths_in_a_row - 1))


class Child:
    """One program and its present process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.deaths = 0
        self.due_at = 0.0
        self.rest = b""

    @property
    def output(self) -> IO[bytes] | None:
        return self.process.stdout if self.process else None

    def start(self, now: float) -> None:
        self.started_at = now
        self.rest = b""
        self.process = subprocess.Popen(
            list(self.program.command),
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.program.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the terminal is for the supervisor alone
            preexec_fn=dies_with_parent(signal.SIGKILL),
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def lines(self) -> list[str]:
        """Complete lines printed since the last call."""
        if self.output is None:
            return []
        data = self.rest + (self.output.read() or b"")
        *whole, self.rest = data.split(b"\n")
        return [line.decode(errors="replace") for line in whole]

    def note_death(self, now: float) -> None:
        """Plan the next start."""
        self.deaths = 1 if now - self.started_at > STEADY_S else self.deaths + 1
        self.due_at = now + pause_before_restart(self.deaths)
        if self.output:
            self.output.close()
        self.process = None

    def signal_group(self, sig: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sig)


class Supervisor:
    """Runs programs until SIGINT or SIGTERM. `say(name, line)` gets what they print."""

    def __init__(self, programs: Sequence[Program], *, pid_file: Path, say: Callable[[str, str], None]) -> None:
        self.children = [Child(program) for program in programs]
        self.pid_file = pid_file
        self.say = say
        self.stopping = False
        self.selector = selectors.DefaultSelector()

    def run(self, *, on_ready: Callable[[], None] | None = None, ready: Callable[[], bool] = lambda: True) -> None:
        """Block until asked to stop; `on_ready` is called once, when `ready()` first holds."""
        handlers = {
            sig: signal.signal(sig, self._ask_to_stop) for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            while not self.stopping:
                self._start_due()
                self._forward(timeout_s=0.1)
                self._bury()
                if on_ready and ready():
                    on_ready()
                    on_ready = None
        finally:
            self._stop_all()
            self.pid_file.unlink(missing_ok=True)
            for sig, handler in handlers.items():
                signal.signal(sig, handler)

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _start_due(self) -> None:
        now = time.monotonic()
        due = [child for child in self.children if child.process is None and child.due_at <= now]
        for child in due:
            child.start(now)
            assert child.output is not None
            self.selector.register(child.output, selectors.EVENT_READ, child)
        if due:
            self._write_pids()

    def _write_pids(self) -> None:
        pids = {child.program.name: child.process.pid for child in self.children if child.process}
        part = self.pid_file.with_suffix(".part")
        part.write_text(json.dumps({"supervisor": os.getpid(), "programs": pids}))
        part.replace(self.pid_file)

    def _forward(self, timeout_s: float) -> None:
        for key, _ in self.selector.select(timeout_s):
            child: Child = key.data
            for line in child.lines():
                self.say(child.program.name, line)
            if child.process and child.process.poll() is not None:
                self.selector.unregister(key.fileobj)

    def _bury(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None or child.process.poll() is None:
                continue
            for line in child.lines():
                self.say(child.program.name, line)
            if child.output in {key.fileobj for key in self.selector.get_map().values()}:
                self.selector.unregister(child.output)  # type: ignore[arg-type]
            code = child.process.returncode
            child.signal_group(signal.SIGKILL)  # what it left behind in its group
            child.note_death(now)
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            self.say("supervisor", f"{child.program.name} {how}, starts again in {child.due_at - now:.1f} s")

    def _stop_all(self) -> None:
        running = [child for child in self.children if child.process]
        for child in running:
            assert child.process is not None
            child.process.terminate()  # the leader only: it knows how to end its own workers
        deadline = time.monotonic()
        for child in running:
            assert child.process is not None
            limit = max(0.1, deadline + child.program.stop_timeout_s - time.monotonic())
            while child.process.poll() is None and limit > 0:
                self._forward(timeout_s=0.05)
                limit = deadline + child.program.stop_timeout_s - time.monotonic()
            if child.process.poll() is None:
                self.say("supervisor", f"{child.program.name} did not end in time and was killed")
            child.signal_group(signal.SIGKILL)
            child.process.wait()


def recorded(pid_file: Path) -> dict[str, int]:
    """Name → process id of what runs under the supervisor of this file, itself included; empty when it does not run."""
    try:
        content = json.loads(pid_file.read_text())
        pids = {"supervisor": int(content["supervisor"]), **content["programs"]}
    except (OSError, ValueError, KeyError):
        return {}
    return pids if process_alive(pids["supervisor"]) else {}


def stop_recorded(pid_file: Path, timeout_s: float = 30) -> bool:
    """End the supervisor that wrote the file and wait for it; False when none runs."""
    pids = recorded(pid_file)
    if not pids:
        return False
    os.kill(pids["supervisor"], signal.SIGTERM)
    if not wait_until(lambda: not process_alive(pids["supervisor"]), timeout_s, every_s=0.1):
        os.kill(pids["supervisor"], signal.SIGKILL)
        wait_until(lambda: not any(map(process_alive, pids.values())), 5)
    return True
