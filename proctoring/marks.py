"""What is kept of one frame, to find it again when it is sent a second time: the embedding and a small aligned face.

Three measures together tell the same picture, altered, from a second look of a person who sits still: the outline
of the whole frame (`frames.fingerprint`), the embedding, and the face pixel by pixel. Each alone is too coarse: the
outline does not see a head turn by 4°, an embedding moves as much by noise as by a small turn. Pure (numpy, cv2).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.vectors import Vector, from_bytes, to_bytes

Pixels = NDArray[np.uint8]
SIDE = 32
MARGIN = 3  # pixels of `SIDE` by which the landmarks of one face may differ between two looks
# Where the middle of the eyes and the middle of the mouth go, in parts of the square.
EYES_AT, MOUTH_AT = (0.5, 0.38), (0.5, 0.80)
THUMB_WIDTH = 160


@dataclass(frozen=True)
class FaceMark:
    """`face`: (SIDE, SIDE) grey, upright, eyes and mouth at fixed places."""

    vector: Vector
    face: Pixels

    def to_bytes(self) -> bytes:
        """Two bytes with the length of the embedding's part, then that, then the pixels."""
        packed = to_bytes([self.vector])
        return len(packed).to_bytes(2, "big") + packed + self.face.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "FaceMark":
        ends = 2 + int.from_bytes(data[:2], "big")
        face = np.frombuffer(bytes(data[ends:]), np.uint8).reshape(SIDE, SIDE)
        return cls(from_bytes(bytes(data[2:ends]))[0], face)


def face_of(grey: Pixels, points: NDArray[np.float32]) -> Pixels:
    """The face of 68 landmarks, turned upright and brought to one size."""
    eyes = (points[36:42].mean(0) + points[42:48].mean(0)) / 2
    mouth = points[48:60].mean(0)
    down = mouth - eyes
    scale = (MOUTH_AT[1] - EYES_AT[1]) * SIDE / max(1.0, float(np.hypot(*down)))
    angle = np.arctan2(down[0], down[1])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array(EYES_AT) * SIDE - turn @ eyes
    matrix = np.hstack([turn, shift[:, None]]).astype(np.float32)
    # Blurred to the scale it is brought to, or single noisy pixels would be picked.
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.3, 0.5 / scale))
    return np.asarray(cv2.warpAffine(soft, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)


def face_difference(a: Pixels, b: Pixels) -> float:
    """0 (the same picture) to 2: one minus the correlation at the best place. Blind to brightness and contrast."""
    inner = b[MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float32)
    if inner.std() < 1 or a.std() < 1:
        return 2.0  # nothing to see in it, nothing to compare
    return 1.0 - float(cv2.matchTemplate(a.astype(np.float32), inner, cv2.TM_CCOEFF_NORMED).max())


def thumbnail(rgb: Pixels) -> bytes:
    """A JPEG `THUMB_WIDTH` wide, about 4 kB: what a gallery shows first."""
    scale = THUMB_WIDTH / rgb.shape[1]
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    done, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 72])
    if not done:
        raise ValueError("a decoded picture could not be encoded")
    return bytes(jpeg)


BURNT = 245  # of 255: a lamp on a lens is white, the white of an eye is not


def glare(grey: Pixels, points: NDArray[np.float32]) -> float:
    """Share of burnt-out points in the band around the eyes, where lenses are, 0..1. A catchlight alone is < 0.01."""
    eyes = points[36:48]
    wide = max(1.0, float(np.ptp(eyes[:, 0])))
    left, right = int(max(0, eyes[:, 0].min() - 0.1 * wide)), int(eyes[:, 0].max() + 0.1 * wide)
    top, bottom = int(max(0, eyes[:, 1].mean() - 0.2 * wide)), int(eyes[:, 1].mean() + 0.25 * wide)
    band = grey[top:bottom, left:right]
    return float((band >= BURNT).mean()) if band.size else 0.0
