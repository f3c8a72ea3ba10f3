"""Pictures of the three public-domain faces: an ID photo, a portrait, and camera frames that differ as frames do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

FACES = Path(__file__).parent / "faces"


@dataclass(frozen=True)
class Face:
    """Where the face is in its picture: centre and width in pixels."""

    file: str
    x: int
    y: int
    width: int


KNOWN = {
    "obama": Face("obama.jpg", 503, 282, 250),
    "biden": Face("biden.jpg", 571, 405, 298),
    "astronaut": Face("astronaut.png", 222, 126, 87),
}


def id_photo(name: str) -> bytes:
    """A card photo: 358×441 pixels as on the card, face in the middle, a little washed out."""
    return _jpeg(_shot(name, (358, 441), face_px=165, height=0.46, gain=1.05, tilt=0.8, seed=1))


def portrait(name: str) -> bytes:
    """A recent portrait, 600×800."""
    return _jpeg(_shot(name, (600, 800), face_px=250, height=0.42, gain=0.97, tilt=-1.2, seed=2))


def camera_frame(name: str, number: int) -> bytes:
    """One 640×480 frame of a webcam; each number sits, tilts and is lit a little differently."""
    rng = np.random.default_rng(number * 31 + 7)
    picture = _shot(
        name,
        (640, 480),
        face_px=float(rng.uniform(135, 175)),
        height=float(rng.uniform(0.38, 0.5)),
        side=float(rng.uniform(-0.07, 0.07)),
        gain=float(rng.uniform(0.78, 1.12)),
        warmth=float(rng.uniform(-0.06, 0.06)),
        tilt=float(rng.uniform(-6, 6)),
        seed=number,
    )
    return _jpeg(picture, quality=82)


def empty_frame(name: str, number: int) -> bytes:
    """The room without the person: the wall beside the head, out of focus."""
    wall = _picture(name)[:120, :90]
    picture = cv2.GaussianBlur(cv2.resize(wall, (640, 480)), (0, 0), 24).astype(np.float32)
    picture += np.random.default_rng(number).normal(0, 2.2, (480, 640, 1))
    return _jpeg(np.clip(picture, 0, 255).astype(np.uint8), quality=82)


@cache
def _picture(name: str) -> np.ndarray:
    picture = cv2.imread(str(FACES / KNOWN[name].file), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(KNOWN[name].file)
    return picture


def _shot(
    name: str, size: tuple[int, int], *, face_px: float, height: float, side: float = 0.0, gain: float = 1.0,
    warmth: float = 0.0, tilt: float = 0.0, seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """The face `face_px` wide at `height` of the frame (0 top), `side` off the middle, tilted by `tilt` degrees."""
    face = KNOWN[name]
    scale = face_px / face.width
    turn = cv2.getRotationMatrix2D((face.x, face.y), tilt, scale)
    turn[:, 2] += np.array([size[0] * (0.5 + side) - face.x, size[1] * height - face.y])
    shot = cv2.warpAffine(_picture(name), turn, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    light = np.array([gain - warmth, gain, gain + warmth], np.float32)
    noise = np.random.default_rng(seed).normal(0, 2.2, shot.shape[:2])[:, :, None]
    return np.clip(shot.astype(np.float32) * light + noise, 0, 255).astype(np.uint8)


def _jpeg(picture: np.ndarray, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
