"""Optional inputs beside the checkout; `ZHUXUE_SHARED` names another folder. Without them a test is skipped."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ZHUXUE_SHARED") or Path(__file__).parents[3] / "shared")
ONNX_SHA256 = "b7120c095d60094f28a4a54ba6a8bf51b297a6273fb40ef6350dfec1f63d9507"


def onnx_weights() -> Path:
    """MobileFaceNet; skips the test where it is not there."""
    path = SHARED / "models" / "mobilefacenet.onnx"
    if not path.exists():
        pytest.skip("needs ../shared/models/mobilefacenet.onnx")
    return path
