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
    """What to run. `stop_timeout_s` is how long it may take over its last words; `fds` are open files it inherits."""

    name: str
    command: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_timeout_s: float = 8.0
    fds: tuple[int, ...] = ()


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
            pass_fds=self.program.fds,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def lines(self) -> list[str] | None:
        """Complete lines printed since the last call; None once there can be no more."""
        data = self.output.read() if self.output else b""
        if data == b"":
            return None
        *whole, self.rest = (self.rest + (data or b"")).split(b"\n")
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

    def run(
        self,
        *,
        on_ready: Callable[[], None] | None = None,
        ready: Callable[[], bool] = lambda: True,
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Block until asked to stop. `on_ready` is called once, when `ready()` holds; `tick` ten times a second."""
        stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        handlers = {sig: signal.signal(sig, self._ask_to_stop) for sig in stops}
        try:
            while not self.stopping:
                self._start_due()
                self._forward(timeout_s=0.1)
                self._bury()
                if on_ready and ready():
                    on_ready()
                    on_ready = None
                if tick:
                    tick()
        finally:
            self._stop_all()
            self.pid_file.unlink(missing_ok=True)
            for sig, handler in handlers.items():
                signal.signal(sig, handler)

    def restart(self) -> None:
        """End all programs; the loop starts them again at once."""
        self._stop_all()
        for child in self.children:
            child.deaths, child.due_at = 0, 0.0

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
        """Wait at most this long for output and hand it on."""
        for key, _ in self.selector.select(timeout_s):
            lines = key.data.lines()
            if lines is None:
                self.selector.unregister(key.fileobj)
            for line in lines or []:
                self.say(key.data.program.name, line)

    def _bury(self) -> None:
        now = time.monotonic()
        for child in self.children:
            code = child.process.poll() if child.process else None
            if code is None:
                continue
            self._let_go(child, now)
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            self.say("supervisor", f"{child.program.name} {how}, starts again in {child.due_at - now:.1f} s")

    def _let_go(self, child: Child, now: float) -> None:
        """Hand on the last words of a dead program, kill what it left behind, plan the next start."""
        for line in child.lines() or []:
            self.say(child.program.name, line)
        if any(key.data is child for key in self.selector.get_map().values()):
            assert child.output is not None
            self.selector.unregister(child.output)
        child.signal_group(signal.SIGKILL)
        child.note_death(now)

    def _stop_all(self) -> None:
        running = [(child, child.process) for child in self.children if child.process]
        for _, process in running:
            process.terminate()  # the leader only: it knows how to end its own workers
        asked_at = time.monotonic()
        for child, process in running:
            while process.poll() is None and time.monotonic() < asked_at + child.program.stop_timeout_s:
                self._forward(timeout_s=0.05)
            if process.poll() is None:
                self.say("supervisor", f"{child.program.name} did not end in time and was killed")
                child.signal_group(signal.SIGKILL)
                process.wait()
            self._let_go(child, time.monotonic())


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
