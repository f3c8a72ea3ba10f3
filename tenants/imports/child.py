"""The child that parses a sheet: limits of memory, time and files, dead when its parent is (as `learning.media.child`).

Nothing of a clerk's file is parsed in the web process; what the child answers is JSON of a bounded length.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tenants.imports.limits import MIB, Refused

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ["-P", "-s", "-B", "-m", "tenants.imports.parse"]
LONGEST_ANSWER = 160 * MIB


@dataclass(frozen=True)
class Budget:
    """What a child may use. `memory` in bytes of address space."""

    memory: int = 1024 * MIB
    cpu_s: int = 45  # 20,000 rows of ten columns take ten seconds of a busy core
    wall_s: float = 90.0
    files: int = 32


BUDGET = Budget()


def answer_of(name: str, data: bytes, budget: Budget = BUDGET, program: list[str] | None = None) -> bytes:
    """What the child said about `data`. Raises `Refused` with `slow`, `memory` or `damaged` if it was ended."""
    child = subprocess.Popen(
        [sys.executable, *(program or PROGRAM), f"sheet{Path(name).suffix}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={
            "PATH": "",
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "OPENPYXL_LXML": "False",  # the standard library's parser, which defusedxml guards
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
        },
        preexec_fn=_limits(budget),
        start_new_session=True,
    )
    assert child.stdout
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    watch = threading.Timer(budget.wall_s, end)
    feeder = threading.Thread(target=_feed, args=(child, data), daemon=True)
    watch.start()
    feeder.start()
    try:
        said = child.stdout.read(LONGEST_ANSWER + 1)
        if len(said) > LONGEST_ANSWER:
            raise Refused("long_cells")
        child.wait()
    finally:
        watch.cancel()
        if child.poll() is None:
            child.kill()
            child.wait()
        feeder.join()
        child.stdout.close()
    if late.is_set() or child.returncode == -signal.SIGXCPU:
        raise Refused("slow")
    if child.returncode:
        raise Refused("memory" if child.returncode in (-signal.SIGKILL, -signal.SIGABRT) else "damaged")
    return said


def _feed(child: subprocess.Popen[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):  # the child may have gone already
        assert child.stdin
        child.stdin.write(data)
    with contextlib.suppress(OSError):
        assert child.stdin
        child.stdin.close()


def _limits(budget: Budget) -> Callable[[], None]:
    """What runs in the child before Python does. A limit that is in force already is never raised."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform.startswith("linux") else None
    limits = {
        resource.RLIMIT_AS: budget.memory,
        resource.RLIMIT_CPU: budget.cpu_s,
        resource.RLIMIT_NOFILE: budget.files,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }

    def arm() -> None:
        if prctl:
            prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG
        for which, value in limits.items():
            soft, hard = resource.getrlimit(which)
            least = min([value, *(one for one in (soft, hard) if one != resource.RLIM_INFINITY)])
            with contextlib.suppress(ValueError, OSError):
                # A second more before the kernel kills: SIGXCPU says which limit it was, SIGKILL does not.
                later = least + 1 if which == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else least
                resource.setrlimit(which, (least, later))
        with contextlib.suppress(OSError):
            os.nice(10)

    return arm
