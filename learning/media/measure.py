"""What a folder of courseware holds, counted and not believed."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learning.media.child import LOCAL, MEASURING, ffmpeg
from learning.media.names import (
    CAPTIONS,
    FPS,
    INIT,
    PLAYLIST,
    POSTER,
    RENDITION,
    SEGMENT,
    SEGMENT_S,
    BadMedia,
    segment_name,
)


@dataclass(frozen=True)
class Measured:
    """What a folder holds. Milliseconds; `renditions` are `{name, width, height, bandwidth}`, best first."""

    duration_ms: int
    segment_ms: int
    segments: int
    has_captions: bool
    renditions: list[dict[str, Any]]
    sha256: str
    has_poster: bool = False


@dataclass(frozen=True)
class _Rendition:
    frames: int
    lengths: list[str]
    about: dict[str, Any]


def measure(folder: Path) -> Measured:
    """Count the segments and the frames of a folder made by `encode_hls`; the renditions must be cut alike.

    Raises `BadMedia` (`incomplete`).
    """
    names = sorted(path.name for path in folder.iterdir() if RENDITION.match(path.name)) if folder.is_dir() else []
    if not names or names != [f"v{number}" for number in range(len(names))]:
        raise BadMedia("incomplete", f"{folder.name} has no renditions")
    found = [_rendition(folder / name) for name in names]
    best = found[0]
    if any((one.frames, one.lengths) != (best.frames, best.lengths) for one in found):
        raise BadMedia("incomplete", f"{folder.name}: the renditions are not cut alike")
    return Measured(
        duration_ms=best.frames * 1000 // FPS,
        segment_ms=SEGMENT_S * 1000,
        segments=len(best.lengths),
        has_captions=(folder / CAPTIONS).is_file(),
        renditions=[one.about for one in found],
        sha256=_sha256(folder),
        has_poster=(folder / POSTER).is_file(),
    )


def _rendition(folder: Path) -> _Rendition:
    names = sorted(path.name for path in folder.iterdir())
    segments = [name for name in names if SEGMENT.match(name)]
    if INIT not in names or segments != [segment_name(index) for index in range(len(segments))] or not segments:
        raise BadMedia("incomplete", f"{folder.name} has no complete set of segments")
    lengths = re.findall(r"^#EXTINF:([\d.]+),", (folder / PLAYLIST).read_text(encoding="utf-8"), re.M)
    frames, width, height = count_frames(folder / PLAYLIST)
    duration_ms, full_ms = frames * 1000 // FPS, SEGMENT_S * 1000
    # A last segment of one frame and a little sound is possible; a segment without a frame is not.
    if len(lengths) != len(segments) or not (len(segments) - 1) * full_ms < duration_ms <= len(segments) * full_ms:
        raise BadMedia("incomplete", f"{folder.name}: {len(segments)} segments do not hold {duration_ms} ms")
    if any(float(length) != SEGMENT_S for length in lengths[:-1]):
        raise BadMedia("incomplete", f"{folder.name}: segments of different lengths")
    size = sum((folder / name).stat().st_size for name in segments)
    about = {"name": folder.name, "width": width, "height": height, "bandwidth": size * 8000 // duration_ms}
    return _Rendition(frames, lengths, about)


def count_frames(playlist: Path) -> tuple[int, int, int]:
    """Video frames, width and height of a local playlist, by walking its packets: containers may claim anything."""
    reading = [*LOCAL, "-allowed_extensions", "ALL", "-i", f"file:{playlist.resolve()}"]
    _code, _out, said = ffmpeg([*reading, "-map", "0:v:0", "-c", "copy", "-f", "null", "-"], MEASURING)
    counted = re.findall(r"frame=\s*(\d+)", said)
    sized = re.search(r"Video: .*?, (\d{1,5})x(\d{1,5})\b", said)
    if not counted or not sized or not int(counted[-1]):
        raise BadMedia("incomplete", f"{playlist.parent.name} has no frames")
    return int(counted[-1]), int(sized[1]), int(sized[2])


def _sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
