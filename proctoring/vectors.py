"""Embeddings as bytes, and the little arithmetic the web process does on them (no models)."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class OtherEdition(Exception):
    """The vectors were made by another recogniser than the one that is to compare them."""


def to_bytes(vectors: list[Vector]) -> bytes:
    """Several embeddings of one engine: a count byte, then little-endian float32."""
    return bytes([len(vectors)]) + np.asarray(vectors, "<f4").tobytes()


def from_bytes(data: bytes) -> list[Vector]:
    """The embeddings `to_bytes` packed."""
    flat = np.frombuffer(bytes(data[1:]), "<f4")
    return list(flat.reshape(data[0], -1).astype(np.float32))


def pack_known(edition: str, vectors: list[Vector]) -> bytes:
    """What a worker needs to know of a person: template first, then single photos, and who measured them."""
    label = edition.encode("ascii")
    return bytes([len(label)]) + label + to_bytes(vectors)


def open_known(data: bytes, edition: str) -> list[Vector]:
    """The vectors `pack_known` packed. Raises `OtherEdition`: a distance between two recognisers is no distance."""
    end = 1 + data[0]
    made_by = bytes(data[1:end]).decode("ascii", "replace")
    if made_by != edition:
        raise OtherEdition(f"{made_by}, not {edition}")
    return from_bytes(data[end:])


def mean_of(engine: str, vectors: list[Vector]) -> Vector:
    """The mean of several embeddings; of unit length for ONNX, whose space is the sphere."""
    mean = np.mean(vectors, axis=0)
    return (_unit(mean) if engine == "onnx" else mean).astype(np.float32)


def distance_between(engine: str, a: Vector, b: Vector) -> float:
    """Euclidean for dlib, 1 − cosine for ONNX (as the ruleset's thresholds are)."""
    if engine == "onnx":
        return 1.0 - float(np.dot(_unit(a), _unit(b)))
    return float(np.linalg.norm(a - b))


def distances_between(engine: str, some: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, m) distances of n vectors to m others, as `distance_between` measures one."""
    if engine == "onnx":
        some, others = (m / np.maximum(1e-9, np.linalg.norm(m, axis=1, keepdims=True)) for m in (some, others))
        return np.asarray(1.0 - some @ others.T, np.float32)
    squares = (some**2).sum(1)[:, None] + (others**2).sum(1)[None, :] - 2.0 * (some @ others.T)
    return np.asarray(np.sqrt(np.maximum(0.0, squares)), np.float32)


def _unit(vector: Vector) -> Vector:
    return (vector / max(1e-9, float(np.linalg.norm(vector)))).astype(np.float32)
