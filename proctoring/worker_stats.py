"""How a face worker is doing: what it tells once a second, and what the console shows of it."""

import os
import time
from dataclasses import dataclass, field
from typing import Any

FPS = 10  # frames a second of one challenge
BUSY = 0.8  # of its core a worker may plan for challenges; the rest is for snapshots, stills and Redis
WEIGHT = 0.05  # of the newest frame in the running mean
SLOTS = 40  # no core is so quick that more would make sense


@dataclass
class Stats:
    """Counts since the start, and running means. Times in milliseconds."""

    engine: str
    started_at: float = field(default_factory=time.time)
    frames: int = 0  # liveness frames judged
    stale: int = 0  # frames and pictures too old when their turn came
    failed: int = 0  # entries that raised
    snapshots: int = 0
    stills: int = 0
    frame_ms: float = 0.0
    snapshot_ms: float = 0.0
    busy: float = 0.0  # part of the last second spent on pictures
    _spent_s: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    def frame(self, seconds: float) -> None:
        """A liveness frame took so long."""
        self.frames += 1
        self.frame_ms = _mean(self.frame_ms, seconds)
        self._spent_s += seconds

    def snapshot(self, seconds: float) -> None:
        self.snapshots += 1
        self.snapshot_ms = _mean(self.snapshot_ms, seconds)
        self._spent_s += seconds

    def still(self, seconds: float) -> None:
        self.stills += 1
        self._spent_s += seconds

    @property
    def slots(self) -> int:
        """How many challenges this core can follow at once, by what a frame costs it now."""
        if not self.frame_ms:
            return SLOTS
        return max(1, min(SLOTS, int(1000 * BUSY / (FPS * self.frame_ms))))

    def told(self, sittings: int) -> dict[str, Any]:
        """The hash for Redis; begins a new second."""
        now = time.monotonic()
        self.busy = min(1.0, self._spent_s / max(0.001, now - self._since))
        self._spent_s, self._since = 0.0, now
        shown = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in shown.items()}
        return rounded | {"slots": self.slots, "sittings": sittings, "memory_mb": _memory_mb(), "pid": os.getpid()}


def _mean(before: float, seconds: float) -> float:
    return seconds * 1000 if not before else before + WEIGHT * (seconds * 1000 - before)


def _memory_mb() -> int:
    """Resident memory of this process; 0 where the kernel does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000
    except OSError:
        return 0
