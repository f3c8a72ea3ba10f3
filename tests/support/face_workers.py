"""Face workers as the supervisor starts them: processes of their own, to be measured and to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from config.processes import dies_with_parent, wait_until

START_S = 120


@contextmanager
def face_workers(how_many: int, *, cores: list[int] | None = None) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`manage.py face_worker` so many times, each on its core where `cores` names them; all ready."""
    from proctoring.client import workers_now

    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "django", "face_worker"],
            env=environment | {"ZHUXUE_LOG_LEVEL": "ERROR"},
            preexec_fn=_on(cores[number] if cores else None),
        )
        for number in range(how_many)
    ]
    try:
        if not wait_until(lambda: len(workers_now()[0]) == how_many, START_S, every_s=0.1):
            raise RuntimeError("the face workers did not start")
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def _on(core: int | None) -> object:
    dies = dies_with_parent(signal.SIGKILL)

    def prepare() -> None:
        dies()
        if core is not None:
            os.sched_setaffinity(0, {core})

    return prepare
