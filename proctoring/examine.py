"""Look at one still with an engine in this very process: what a face worker does for the web process, and what
management commands without a worker may do themselves."""

import base64
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings

from proctoring.engine.edition import Edition, configured
from proctoring.stills import Measured

LONGEST_PX = 1600  # stills are examined at most this large: detection time grows with the area

Examiner = Callable[[bytes], Measured]


def edition_in_use() -> Edition:
    """The recogniser this installation is configured for. Loads nothing: the web process asks too."""
    return configured(settings.FACE_ONNX_WEIGHTS, settings.FACE_ONNX_SHA256)


@lru_cache(maxsize=1)
def local_engine():  # type: ignore[no-untyped-def]
    """The process's own engine, loaded once (0.7 s, 120 MB). Never called in the web process."""
    from proctoring.engine import load_engine

    return load_engine(settings.FACE_ONNX_WEIGHTS, settings.FACE_ONNX_SHA256)


def examine_locally(picture: bytes, *, quick: bool = False) -> Measured:
    """Measure a still whose header was checked before. An unreadable one has no face.

    `quick` leaves embeddings and thumbnail out: what a live hint needs, in a tenth of the time.
    """
    from proctoring import gather
    from proctoring.engine import frames
    from proctoring.motion import measure

    engine = local_engine()
    try:
        rgb, grey = frames.decode(picture, 40_000_000)
    except frames.Unreadable:
        return Measured(engine=engine.name, edition=engine.edition.mark, faces=0)
    rgb, grey = frames.shrink(rgb, grey, LONGEST_PX)
    boxes = [box for box in engine.detect(grey) if box.width > 40]
    # A card beside a face, a poster far behind: only faces at least half as wide as the largest count.
    boxes = [box for box in boxes if box.width * 2 >= boxes[0].width]
    if len(boxes) != 1:
        return Measured(engine=engine.name, edition=engine.edition.mark, faces=len(boxes))
    points = engine.landmarks(grey, boxes[0])
    return Measured(
        engine=engine.name,
        edition=engine.edition.mark,
        faces=1,
        width=grey.shape[1],
        height=grey.shape[0],
        face_px=float(boxes[0].width),
        sharpness=frames.sharpness(grey, boxes[0]),
        brightness=frames.brightness(grey, boxes[0]),
        turn=measure(points).turn,
        glare=gather.glare(grey, points),
        fingerprint=frames.fingerprint(grey),
        thumb="" if quick else base64.b64encode(gather.thumbnail(rgb)).decode(),
        vectors=[] if quick else [vector.tolist() for vector in engine.embed(rgb, points)],
    )
