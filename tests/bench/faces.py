"""Snapshots a face worker judges, beside a bare loop over the same engine and beside face_recognition's own way; and
how well both engines tell people apart.

The worker is the product's: entries from its Redis stream, verdicts over the channel layer. Rounds take turns, and a
ratio is the median over the rounds (ADR 0171). Seconds are those of the core that a worker has for itself, so that
neighbours count in no round. ONNX is measured where `ZHUXUE_FACE_ONNX_WEIGHTS` names its weights, accuracy where
`ZHUXUE_FACE_PAIRS` names a folder of people's pictures.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.frame import Measured, figure

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
WEIGHTS, PAIRS = os.environ.get("ZHUXUE_FACE_ONNX_WEIGHTS", ""), os.environ.get("ZHUXUE_FACE_PAIRS", "")
ROUNDS = 7
SNAPSHOTS = {"dlib": 4, "onnx": 12}  # of three frames each, a round
CHANNEL = "bench-faces"


@figure("face snapshots, dlib / bare loop", target=0.95)
def dlib_against_bare() -> Measured:
    """Frames a second through Redis, worker, rules and verdict, beside decode-detect-embed-compare alone."""
    return ratio("dlib", "bare")


@figure("face snapshots, dlib / face_recognition", target=2.0)
def dlib_against_face_recognition() -> Measured:
    """The same beside `face_locations` and `face_encodings` as the library's README calls them."""
    return ratio("dlib", "library")


if WEIGHTS:

    @figure("face snapshots, ONNX / bare loop", target=0.9)  # 3 ms beside 46, not beside 250 (ADR 0187)
    def onnx_against_bare() -> Measured:
        return ratio("onnx", "bare")

    @figure("face snapshots, ONNX / face_recognition", target=8.0)
    def onnx_against_face_recognition() -> Measured:
        return ratio("onnx", "library")


if PAIRS:

    @figure("face accuracy, dlib: EER / 6 %", target=1.0, at_most=True)
    def accuracy_of_dlib() -> Measured:
        """Of picture pairs, as data sets are judged; the table beside it has the platform's own comparison too."""
        return Measured(accuracy("dlib") * 100, 6.0, "%")

    if WEIGHTS:

        @figure("face accuracy, ONNX: EER / 1 %", target=1.0, at_most=True)
        def accuracy_of_onnx() -> Measured:
            return Measured(accuracy("onnx") * 100, 1.0, "%")


def ratio(name: str, baseline: str) -> Measured:
    """Rates of the round with the median ratio."""
    pairs = sorted(zip(rates(name)["worker"], rates(name)[baseline]), key=lambda pair: pair[0] / pair[1])
    return Measured(*pairs[len(pairs) // 2], "frames/s of a core")


@functools.cache
def engine_of(name: str) -> Any:
    from django.conf import settings

    from proctoring.engine import load_engine

    return load_engine(WEIGHTS if name == "onnx" else None, settings.FACE_ONNX_SHA256)


@functools.cache
def rates(name: str) -> dict[str, list[float]]:
    """Way → frames a second, one a round."""
    from tests.tools.clips import clips_of

    clips = clips_of(FACES / "obama.jpg", Path(os.environ["ZHUXUE_VAR"]) / "cache")
    frames = clips.actions["neutral"][: 3 * SNAPSHOTS[name]]
    frames = (frames * SNAPSHOTS[name])[: 3 * SNAPSHOTS[name]]
    engine, known = engine_of(name), template(engine_of(name), clips.portrait)
    ways: dict[str, Callable[[], float]] = {
        "worker": lambda: asyncio.run(through_worker(engine, frames, known)),
        "bare": lambda: timed(lambda: bare(engine, frames, known), len(frames)),
        "library": lambda: timed(lambda: library(frames[:6]), 6),
    }
    found: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for way, run in ways.items():
            rate = run()
            if number:  # the first round loads models
                found[way].append(rate)
                print(f"  {name}, {way}: {rate:.1f} frames a second of a core", file=sys.stderr, flush=True)
    return found


def template(engine: Any, portrait: bytes) -> np.ndarray:
    from proctoring.engine.frames import decode

    rgb, grey = decode(portrait, 40_000_000)
    return engine.mean(engine.embed(rgb, engine.landmarks(grey, engine.detect(grey)[0])))


def timed(run: Callable[[], None], frames: int) -> float:
    """Frames a second of this process's core."""
    began = time.process_time()
    run()
    return frames / (time.process_time() - began)


async def through_worker(engine: Any, frames: list[bytes], known: np.ndarray) -> float:
    """Frames a second of a worker's core: its turns alone, not the socket's side that feeds it and reads verdicts."""
    from channels.layers import get_channel_layer
    from django.conf import settings

    from proctoring import post, wire
    from proctoring.rules import ProctoringRules
    from proctoring.vectors import pack_known
    from proctoring.worker import FaceWorker

    worker = FaceWorker(engine, settings.FACE_REDIS_URL, "bench")
    layer: Any = get_channel_layer()
    channel = await layer.new_channel(CHANNEL)
    snapshots = [frames[at : at + 3] for at in range(0, len(frames), 3)]
    about = {
        "kind": "snapshot", "channel": channel, "request": "bench", "rules": post.rules_json(ProctoringRules()),
        "known": pack_known(engine.edition.label, [known, known, known]), "t": time.time(),
    }  # fmt: skip
    for jpegs in snapshots:
        await post.hand_over(worker.name, wire.WORK, about | {f"jpeg{i}": jpeg for i, jpeg in enumerate(jpegs)})
    spent = 0.0
    for _snapshot in snapshots:
        began = time.process_time()
        await worker._turn()
        spent += time.process_time() - began
        answer = await asyncio.wait_for(layer.receive(channel), 5)
        if answer["seen"]["outcome"] != "match":
            raise RuntimeError(f"the worker saw {answer['seen']}")
    await worker._leave()
    return len(frames) / spent


def bare(engine: Any, frames: list[bytes], known: np.ndarray) -> None:
    """What has to be done in any case."""
    from proctoring.engine.frames import decode

    for at in range(0, len(frames), 3):
        vectors = []
        for jpeg in frames[at : at + 3]:
            rgb, grey = decode(jpeg, 2_000_000)
            vectors += engine.embed(rgb, engine.landmarks(grey, engine.detect(grey)[0]), mirrored=False)
        engine.distance(engine.mean(vectors), known)


def library(frames: list[bytes]) -> None:
    """`face_recognition` with its defaults."""
    from io import BytesIO

    import face_recognition

    known = None
    for jpeg in frames:
        picture = face_recognition.load_image_file(BytesIO(jpeg))
        (vector,) = face_recognition.face_encodings(picture, face_recognition.face_locations(picture))
        known = vector if known is None else known
        face_recognition.compare_faces([known], vector)


@functools.cache
def embedded() -> dict[str, dict[str, list[Any]]]:
    """Engine → person → vectors of the pictures in `ZHUXUE_FACE_PAIRS`."""
    from proctoring.management.commands.calibrate_faces import embedded as measured
    from proctoring.management.commands.calibrate_faces import pictures_of

    engines = [engine_of(name) for name in ("dlib", "onnx") if name == "dlib" or WEIGHTS]
    return measured(engines, pictures_of(Path(PAIRS)))[0]


def accuracy(name: str) -> float:
    """The equal error rate of pairs of pictures, 0..1; prints the whole table."""
    from proctoring.accuracy import as_used, single

    people = embedded()[name]
    table = {"pairs of pictures": single(name, people), "two photos and two frames": as_used(name, people)}
    for words, scores in table.items():
        rates = ", ".join(
            f"TAR {scores.tar_at(far):.1%} at FAR {far:.1%} (≤ {scores.limit_at(far):.3f})" for far in (0.01, 0.001)
        )
        counts = f"{len(scores.genuine)} of one, {len(scores.impostor)} of two people"
        print(f"  {name}, {words}: EER {scores.equal_error():.2%}, {rates}; {counts}", file=sys.stderr, flush=True)
    return table["pairs of pictures"].equal_error()
