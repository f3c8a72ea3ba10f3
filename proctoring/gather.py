"""What a face worker gathers beside the verdict: measures over time for a reviewer's plot, and what tells of a
camera that is none. Works on decoded frames; knows no Redis, clock or ORM.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proctoring.motion import Measures

Pixels = NDArray[np.uint8]
EVERY = 4  # every so many pixels are compared: noise is kept (no averaging), the work is a sixteenth
AROUND = 0.6  # of the face's width left out on both sides: hair and shoulders move
MOST = 400  # points of a series; a check of 40 s at 10 a second


@dataclass
class Tells:
    """Numbers over the frames of one check or snapshot. `as_dict` is what `passive` judges."""

    times: list[float] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    unchanged: list[float] = field(default_factory=list)
    again: int = 0
    repeats: int = 0
    last: Pixels | None = None

    def add(self, at: float, grey: Pixels, box: Any = None) -> None:
        """One frame with its (largest) face."""
        small = np.ascontiguousarray(grey[::EVERY, ::EVERY])
        digest = hashlib.blake2b(small.tobytes(), digest_size=8).digest()
        if self.seen and digest == self.seen[-1]:
            self.repeats += 1
        else:
            self.again += digest in self.seen
            if self.last is not None and self.last.shape == small.shape:
                self.unchanged.append(_unchanged(self.last, small, box))
        self.times.append(at)
        self.seen.append(digest)
        self.last = small

    def as_dict(self) -> dict[str, float]:
        """`uneven`: deviation of the gaps over their mean; `still`: median share of points behind that kept their
        value; `repeats`: share of frames that are the one before; `again`: how many are an earlier one."""
        gaps = np.diff(self.times)
        mean = float(gaps.mean()) if len(gaps) else 0.0
        return {
            "frames": len(self.times),
            "uneven": round(float(gaps.std()) / mean, 4) if mean > 0 else 1.0,
            "still": round(float(np.median(self.unchanged)), 4) if self.unchanged else 0.0,
            "repeats": round(self.repeats / max(1, len(self.times) - 1), 3),
            "again": self.again,
        }


def _unchanged(before: Pixels, now: Pixels, box: Any) -> float:
    """Share of points outside head and body with exactly the same value."""
    same = before == now
    if box is None:
        return float(same.mean())
    wide = box.width * AROUND
    left, right = (int(max(0, x)) // EVERY for x in (box.left - wide, box.right + wide))
    top = int(max(0, box.top - box.height * AROUND)) // EVERY
    outside = np.ones_like(same)
    outside[top:, left:right] = False
    return float(same[outside].mean()) if outside.any() else 0.0


@dataclass
class Series:
    """The landmarks' measures over a check. Milliseconds from the first frame; numbers as in `motion.Measures`."""

    began: float | None = None
    points: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    events: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, at: float, now: Measures) -> None:
        """One frame with exactly one face."""
        self.began = at if self.began is None else self.began
        if len(self.points) < MOST:
            self.points.append((self._ms(at), now.turn, now.mouth, now.eyes, now.nod))

    def note(self, at: float, kind: str, action: str) -> None:
        """`prompt` or `done` of an action."""
        self.events.append((self._ms(at), kind, action))

    def _ms(self, at: float) -> int:
        return round(1000 * (at - (self.began if self.began is not None else at)))

    def as_dict(self) -> dict[str, Any]:
        """Columns, as they are stored and plotted; empty without a face."""
        if not self.points:
            return {}
        columns = list(zip(*self.points, strict=True))
        rounded = {
            name: [round(v, 3) for v in column]
            for name, column in zip(("turn", "mouth", "eyes", "nod"), columns[1:], strict=True)
        }
        return {"ms": list(columns[0]), **rounded, "events": [list(event) for event in self.events]}
