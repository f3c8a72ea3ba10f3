"""What a face worker gathers beside the verdict: measures over time for a reviewer's plot, marks and thumbnails, and
what tells of a camera that is none. Works on decoded frames; knows no Redis, clock or ORM.
"""

import hashlib
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import cv2
import numpy as np

from proctoring.engine.base import Pixels, Points
from proctoring.engine.onnx_engine import align
from proctoring.marks import SIDE
from proctoring.motion import Measures

THUMB_WIDTH = 160
BURNT = 245  # of 255: a lamp on a lens is white, the white of an eye is not
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
            "still": round(median(self.unchanged), 4) if self.unchanged else 0.0,
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


def face_of(grey: Pixels, points: Points) -> Pixels:
    """The face of 68 landmarks on the places that recognisers use; a turned head then shows beside its place."""
    return np.asarray(cv2.resize(align(grey, points), (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def thumbnail(rgb: Pixels) -> bytes:
    """A JPEG `THUMB_WIDTH` wide, about 4 kB: what a gallery shows first."""
    scale = THUMB_WIDTH / rgb.shape[1]
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    done, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 72])
    if not done:
        raise ValueError("a decoded picture could not be encoded")
    return bytes(jpeg)


def glare(grey: Pixels, points: Points) -> float:
    """Share of burnt-out points in the band around the eyes, where lenses are, 0..1. A catchlight alone is < 0.01."""
    eyes = points[36:48]
    wide = max(1.0, float(np.ptp(eyes[:, 0])))
    left, right = int(max(0, eyes[:, 0].min() - 0.1 * wide)), int(eyes[:, 0].max() + 0.1 * wide)
    top, bottom = int(max(0, eyes[:, 1].mean() - 0.2 * wide)), int(eyes[:, 1].mean() + 0.25 * wide)
    band = grey[top:bottom, left:right]
    return float((band >= BURNT).mean()) if band.size else 0.0
