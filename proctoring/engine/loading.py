"""Which engine this installation runs: ONNX where weights are configured, else dlib."""

import hashlib
from pathlib import Path

from proctoring.engine.base import FaceEngine


class WeightsRefused(Exception):
    """The weights file is absent or not the one that was named."""


def checked(weights: Path, sha256: str) -> bytes:
    """The bytes of the weights file, once its sum is right. Raises `WeightsRefused`."""
    try:
        content = weights.read_bytes()
    except OSError as error:
        raise WeightsRefused(f"face model weights cannot be read: {weights}") from error
    if hashlib.sha256(content).hexdigest() != sha256.lower():
        raise WeightsRefused(f"face model weights have another sha256 than configured: {weights}")
    return content


def load_engine(weights: str | Path | None = None, sha256: str = "") -> FaceEngine:
    """The engine for the configured weights. Raises `WeightsRefused` rather than fall back to a weaker one silently."""
    import cv2

    cv2.setNumThreads(1)
    if weights:
        from proctoring.engine.onnx_engine import OnnxEngine

        return OnnxEngine(Path(weights), sha256)
    from proctoring.engine.dlib_engine import DlibEngine

    return DlibEngine()
