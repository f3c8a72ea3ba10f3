"""What is kept of one frame, to find it again when it is sent a second time: the embedding and a small aligned face.

Three measures together tell the same picture, altered, from a second look of a person who sits still: the outline
of the whole frame (`frames.fingerprint`), the embedding, and the face pixel by pixel. Each alone is too coarse: the
outline does not see a head turn by 4°, an embedding moves as much by noise as by a small turn.

Pure numpy: the web process compares marks, the face workers make them (`gather.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proctoring.vectors import Vector, from_bytes, to_bytes

Pixels = NDArray[np.uint8]
SIDE = 40
MARGIN = 3  # pixels of `SIDE` by which the landmarks of one face may differ between two looks


@dataclass(frozen=True)
class FaceMark:
    """`face`: (SIDE, SIDE) grey, five points at fixed places."""

    vector: Vector
    face: Pixels

    def to_bytes(self) -> bytes:
        """Two bytes with the length of the embedding's part, then that, then the pixels."""
        packed = to_bytes([self.vector])
        return len(packed).to_bytes(2, "big") + packed + self.face.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "FaceMark":
        """What `to_bytes` packed."""
        ends = 2 + int.from_bytes(data[:2], "big")
        face = np.frombuffer(bytes(data[ends:]), np.uint8).reshape(SIDE, SIDE)
        return cls(from_bytes(bytes(data[2:ends]))[0], face)


def face_difference(a: Pixels, b: Pixels) -> float:
    """0 (the same picture) to 2: one minus the correlation at the best of 49 places. Blind to light and contrast."""
    inner = _normal(b[MARGIN:-MARGIN, MARGIN:-MARGIN].ravel())
    places = np.lib.stride_tricks.sliding_window_view(a, (SIDE - 2 * MARGIN,) * 2).reshape(-1, inner.size)
    return 1.0 - max(float(_normal(place) @ inner) for place in places)


def _normal(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Of mean 0 and length 1; zeros where there is nothing to see."""
    values = pixels.astype(np.float64) - pixels.mean()
    length = float(np.linalg.norm(values))
    return values / length if length > 1 else np.zeros_like(values)
