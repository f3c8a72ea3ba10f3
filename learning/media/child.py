"""ffmpeg as a child that cannot take the machine: limits of memory, time and files, dead when its parent is.

It reads no stream but local files, and what it says is kept to the last lines.
"""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from learning.media.names import BadMedia

MIB = 1024 * 1024
KEPT_LINES = 2000
FULL = ("No space left on device", "File too large", "Disk quota exceeded")
NO_MEMORY = ("Cannot allocate memory", "pthread_create() failed", "malloc of size")
# Of demuxers and protocols: whatever a file says it is, it is read as mp4 from this disk.
LOCAL = ["-protocol_whitelist", "file"]
AS_MP4 = [*LOCAL, "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2", "-f", "mov"]


@dataclass(frozen=True)
class Budget:
    """What one child may use. `memory` in bytes of address space."""

    memory: int
    cpu_s: int
    wall_s: float
    file_size: int = 4096 * MIB


PROBING = Budget(memory=480 * MIB, cpu_s=2, wall_s=2.0)
MEASURING = Budget(memory=480 * MIB, cpu_s=600, wall_s=1200.0)
ENCODING = Budget(memory=2048 * MIB, cpu_s=24 * 3600, wall_s=6 * 3600.0)


def ffmpeg(
    arguments: list[str], budget: Budget, on_line: Callable[[str], None] | None = None, folder: Path | None = None
) -> tuple[int, str, str]:
    """Run ffmpeg in `folder`: its code, standard output (unless `on_line` takes it) and the end of standard error.

    Raises `BadMedia` with `slow`, `memory` or `no_space` for a limit that was met. What `on_line` raises ends it.
    """
    child = subprocess.Popen(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=folder,
        env={"PATH": "", "MALLOC_ARENA_MAX": "1", "LC_ALL": "C"},
        preexec_fn=_limits(budget),
        start_new_session=True,
    )
    said: deque[str] = deque(maxlen=KEPT_LINES)
    reader = threading.Thread(target=lambda: said.extend(child.stderr or ()), daemon=True)
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    watch = threading.Timer(budget.wall_s, end)
    reader.start()
    watch.start()
    out: list[str] = []
    try:
        for line in child.stdout or ():
            (on_line or out.append)(line)
        child.wait()
    finally:
        watch.cancel()
        if child.poll() is None:
            child.kill()
            child.wait()
        reader.join()
        for pipe in (child.stdout, child.stderr):
            if pipe:
                pipe.close()
    text = "".join(said)
    _raise_for_limits(child.returncode, text, late.is_set())
    return child.returncode, "".join(out), text


def _raise_for_limits(code: int, said: str, late: bool) -> None:
    if late or code == -signal.SIGXCPU:
        raise BadMedia("slow")
    if code == -signal.SIGXFSZ or (code and any(words in said for words in FULL)):
        raise BadMedia("no_space")
    if code == -signal.SIGKILL or (code and any(words in said for words in NO_MEMORY)):
        raise BadMedia("memory", said[-400:])


def _limits(budget: Budget) -> Callable[[], None]:
    """What runs in the child before ffmpeg does. A limit that is in force already is never raised."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform.startswith("linux") else None
    limits = {
        resource.RLIMIT_AS: budget.memory,
        resource.RLIMIT_CPU: budget.cpu_s,
        resource.RLIMIT_FSIZE: budget.file_size,
        resource.RLIMIT_STACK: MIB,  # also of each of its threads
        resource.RLIMIT_CORE: 0,
    }

    def arm() -> None:
        if prctl:
            prctl(1, int(signal.SIGKILL), 0, 0, 0)  # PR_SET_PDEATHSIG: a killed worker leaves no encoder behind
        for which, value in limits.items():
            soft, hard = resource.getrlimit(which)
            least = min([value, *(one for one in (soft, hard) if one != resource.RLIM_INFINITY)])
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(which, (least, least))
        with contextlib.suppress(OSError):
            os.nice(10)  # pages and beats come first

    return arm
