"""The engine that is always there: dlib's HOG detector, 68 landmarks and ResNet, models from face_recognition."""

import warnings
from pathlib import Path

import cv2
import dlib
import numpy as np

from proctoring.engine.base import Box, Pixels, Points, Vector
from proctoring.engine.edition import DLIB_SHA256, edition
from proctoring.engine.loading import checked

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import face_recognition_models

ROI_FACE_PX = 110  # HOG's window is 80 px: a face brought to 110 is found with room to spare
SMALL_FACE_PX = 130  # narrower than this in the frame, half size is too small for the window


class DlibEngine:
    """HOG at half-size grey (3.8 ms at 640×480), in the previous box's surroundings 2.4 ms, landmarks 0.5 ms."""

    name = "dlib"

    def __init__(self) -> None:
        self.edition = edition("dlib", DLIB_SHA256)
        self._hog = dlib.get_frontal_face_detector()
        self._shape = dlib.shape_predictor(face_recognition_models.pose_predictor_model_location())
        self._resnet: dlib.face_recognition_model_v1 | None = None

    def detect(self, grey: Pixels, near: Box | None = None) -> list[Box]:
        if near is not None:
            found = self._around(grey, near)
            if found:
                return found
        found = self._scaled(grey, 0.5)
        if not found or found[0].width < SMALL_FACE_PX:
            found = self._scaled(grey, 1.0) or found
        return found

    def landmarks(self, grey: Pixels, box: Box) -> Points:
        shape = self._shape(grey, dlib.rectangle(box.left, box.top, box.right, box.bottom))
        return np.array([(shape.part(i).x, shape.part(i).y) for i in range(68)], np.float32)

    def embed(self, rgb: Pixels, points: Points, mirrored: bool = True) -> list[Vector]:
        """The crop and its mirror image: the mean of both is steadier (DESIGN chapter 6), at twice the 70 ms."""
        if self._resnet is None:
            self._resnet = _recogniser()
        shape = dlib.full_object_detection(_hull(points), dlib.points([dlib.point(int(x), int(y)) for x, y in points]))
        chip = dlib.get_face_chip(rgb, shape, size=150, padding=0.25)
        chips = [chip, np.ascontiguousarray(chip[:, ::-1])] if mirrored else [chip]
        return [np.array(self._resnet.compute_face_descriptor(c), np.float32) for c in chips]

    def mean(self, vectors: list[Vector]) -> Vector:
        return np.mean(vectors, axis=0).astype(np.float32)

    def distance(self, a: Vector, b: Vector) -> float:
        return float(np.linalg.norm(a - b))

    def _scaled(self, grey: Pixels, scale: float) -> list[Box]:
        small = grey if scale == 1.0 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return _boxes(self._hog(small, 0), 1 / scale, 0, 0)

    def _around(self, grey: Pixels, near: Box) -> list[Box]:
        margin = int(near.width * 0.6)
        x, y = max(0, near.left - margin), max(0, near.top - margin)
        region = grey[y : near.bottom + margin, x : near.right + margin]
        if not region.size or near.width < 20:
            return []
        scale = ROI_FACE_PX / near.width
        return _boxes(self._hog(cv2.resize(region, None, fx=scale, fy=scale), 0), 1 / scale, x, y)


def _recogniser() -> dlib.face_recognition_model_v1:
    """dlib's ResNet, if it is the one whose vectors we keep. Raises `WeightsRefused`."""
    weights = face_recognition_models.face_recognition_model_location()
    checked(Path(weights), DLIB_SHA256)
    return dlib.face_recognition_model_v1(weights)


def _hull(points: Points) -> dlib.rectangle:
    (left, top), (right, bottom) = points.min(0), points.max(0)
    return dlib.rectangle(int(left), int(top), int(right), int(bottom))


def _boxes(rectangles: dlib.rectangles, scale: float, x: int, y: int) -> list[Box]:
    boxes = [
        Box(
            int(r.left() * scale) + x, int(r.top() * scale) + y, int(r.right() * scale) + x, int(r.bottom() * scale) + y
        )
        for r in rectangles
    ]
    return sorted(boxes, key=lambda box: box.width * box.height, reverse=True)
