"""What an engine is, whichever models it runs on."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from proctoring.engine.edition import Edition

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """A face in whole-frame pixels, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0..1."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(0, wide) * max(0, high)
        return shared / max(1, self.width * self.height + other.width * other.height - shared)


class FaceEngine(Protocol):
    """`name` picks the thresholds of the ruleset (`dlib_pass`, `onnx_pass`, …).

    Vectors are compared within one `edition` only: those of other weights have the same length and mean nothing.
    """

    name: str
    edition: Edition

    def detect(self, grey: Pixels, near: Box | None = None) -> list[Box]:
        """All faces of an (h, w) grey frame, largest first; with `near`, looks only around that box (faster)."""

    def landmarks(self, grey: Pixels, box: Box) -> Points:
        """(68, 2) points in frame pixels, in the usual iBUG order."""

    def embed(self, rgb: Pixels, points: Points, mirrored: bool = True) -> list[Vector]:
        """Embeddings of one face: the crop and, if wanted and the model gains by it, the mirrored crop."""

    def mean(self, vectors: list[Vector]) -> Vector:
        """One embedding for several of the same person."""

    def distance(self, a: Vector, b: Vector) -> float:
        """Smaller is closer; compared with the ruleset's thresholds of this engine."""
