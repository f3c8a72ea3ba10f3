"""Which engine this installation runs: ONNX where weights are configured, else dlib."""

from pathlib import Path

from proctoring.engine.base import FaceEngine


def load_engine(weights: str | Path | None = None, sha256: str = "") -> FaceEngine:
    """The engine for the configured weights. Raises `WeightsRefused` rather than fall back to a weaker one silently."""
    import cv2

    cv2.setNumThreads(1)
    if weights:
        from proctoring.engine.onnx_engine import OnnxEngine

        return OnnxEngine(Path(weights), sha256)
    from proctoring.engine.dlib_engine import DlibEngine

    return DlibEngine()
