"""Embeddings as bytes, and the little arithmetic the web process does on them (no models)."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def to_bytes(vectors: list[Vector]) -> bytes:
    """Several embeddings of one engine: a count byte, then little-endian float32."""
    return bytes([len(vectors)]) + np.asarray(vectors, "<f4").tobytes()


def from_bytes(data: bytes) -> list[Vector]:
    """The embeddings `to_bytes` packed."""
    flat = np.frombuffer(bytes(data[1:]), "<f4")
    return list(flat.reshape(data[0], -1).astype(np.float32))


def mean_of(engine: str, vectors: list[Vector]) -> Vector:
    """The mean of several embeddings; of unit length for ONNX, whose space is the sphere."""
    mean = np.mean(vectors, axis=0)
    return (_unit(mean) if engine == "onnx" else mean).astype(np.float32)


def distance_between(engine: str, a: Vector, b: Vector) -> float:
    """Euclidean for dlib, 1 − cosine for ONNX (as the ruleset's thresholds are)."""
    if engine == "onnx":
        return 1.0 - float(np.dot(_unit(a), _unit(b)))
    return float(np.linalg.norm(a - b))


def _unit(vector: Vector) -> Vector:
    return (vector / max(1e-9, float(np.linalg.norm(vector)))).astype(np.float32)
