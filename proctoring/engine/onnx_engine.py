"""The better recogniser where an operator has brought its weights: MobileFaceNet-like ONNX models, 112×112, cosine."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from proctoring.engine.base import Pixels, Points, Vector
from proctoring.engine.dlib_engine import DlibEngine
from proctoring.engine.edition import edition
from proctoring.engine.loading import checked

# The usual five points of a 112-px crop: eyes, tip of the nose, corners of the mouth (image left to right).
TARGET = np.array([(38.29, 51.70), (73.53, 51.50), (56.03, 71.74), (41.55, 92.37), (70.73, 92.20)], np.float32)
MEAN = np.array((0.485, 0.456, 0.406), np.float32)
SPREAD = np.array((0.229, 0.224, 0.225), np.float32)


class OnnxEngine(DlibEngine):
    """Detects and aligns with dlib's landmarks, embeds with the given network."""

    name = "onnx"

    def __init__(self, weights: Path, sha256: str) -> None:
        super().__init__()
        self.edition = edition("onnx", sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one core a worker
        self._session = onnxruntime.InferenceSession(checked(weights, sha256), options, ["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def embed(self, rgb: Pixels, points: Points, mirrored: bool = True) -> list[Vector]:
        """One unit vector: the crop's embedding plus that of its mirror image, normalised (always: 4 ms each)."""
        crop = align(rgb, points)
        both = self._run(crop) + self._run(crop[:, ::-1])
        return [unit(both)]

    def mean(self, vectors: list[Vector]) -> Vector:
        return unit(np.sum(vectors, axis=0))

    def distance(self, a: Vector, b: Vector) -> float:
        return 1.0 - float(np.dot(unit(a), unit(b)))

    def _run(self, crop: Pixels) -> Vector:
        planes = ((crop.astype(np.float32) / 255 - MEAN) / SPREAD).transpose(2, 0, 1)[None]
        return unit(self._session.run(None, {self._input: np.ascontiguousarray(planes)})[0][0])


def align(rgb: Pixels, points: Points) -> Pixels:
    """The 112×112 crop (of colours or grey) with the five points where the network expects them."""
    matrix = similarity(five_of(points), TARGET)
    return np.asarray(
        cv2.warpAffine(rgb, matrix, (112, 112), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def five_of(points: Points) -> Points:
    """Centres of the eyes, tip of the nose, corners of the mouth, of 68 landmarks."""
    return np.array(
        [points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]], dtype=np.float32
    )


def similarity(source: Points, target: Points) -> np.ndarray:
    """Least-squares rotation, uniform scale and shift from `source` to `target` as a 2×3 matrix (no reflection)."""
    a, b = source - source.mean(0), target - target.mean(0)
    norm = float((a**2).sum())
    cos, sin = float((a * b).sum()) / norm, float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / norm
    turn = np.array([[cos, -sin], [sin, cos]], np.float32)
    return np.hstack([turn, (target.mean(0) - turn @ source.mean(0))[:, None]]).astype(np.float32)


def unit(vector: Vector) -> Vector:
    """The vector at length one."""
    return (vector / max(1e-9, float(np.linalg.norm(vector)))).astype(np.float32)
