"""Pictures as data sets hold them: whole photos, and close crops that the detector was not made for."""

from pathlib import Path

import cv2
import numpy as np

from proctoring.engine.base import Box, FaceEngine, Pixels, Points
from proctoring.engine.frames import Unreadable, decode, shrink

LONGEST_PX = 1600
CROP_PX = 300  # at most this large, a picture is taken for a crop that lacks surroundings
ENLARGED, BORDER = 3, 0.5
ALIGNED_PX = 112
ALIGNED_FACE = (16, 28, 98, 110)  # where the face lies in the usual 112-px crop, as the detector would draw it


def face_of(engine: FaceEngine, picture: Path) -> tuple[Pixels, Points] | None:
    """(rgb, 68 points) of the largest face of a picture file; None when it cannot be read or shows none."""
    try:
        rgb, grey = decode(picture.read_bytes(), 40_000_000)
    except (OSError, Unreadable):
        return None
    if max(grey.shape) > CROP_PX:
        rgb, grey = shrink(rgb, grey, LONGEST_PX)
        boxes = engine.detect(grey)
    else:
        side, edge = grey.shape, int(max(grey.shape) * BORDER)
        rgb, grey = _enlarged(rgb, edge), _enlarged(grey, edge)
        boxes = engine.detect(grey) or _known_place(side, edge)
    return (rgb, engine.landmarks(grey, boxes[0])) if boxes else None


def _enlarged(pixels: Pixels, edge: int) -> Pixels:
    bordered = cv2.copyMakeBorder(pixels, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(bordered, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC), np.uint8)


def _known_place(side: tuple[int, ...], edge: int) -> list[Box]:
    """In an aligned crop the face is where it always is."""
    if side != (ALIGNED_PX, ALIGNED_PX):
        return []
    return [Box(*((at + edge) * ENLARGED for at in ALIGNED_FACE))]
