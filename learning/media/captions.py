"""WebVTT from outside → plain cues: times and text, nothing that styles, names or runs anything."""

import html
import re
from dataclasses import dataclass

from learning.media.names import BadMedia

LARGEST = 1024 * 1024  # bytes
MOST_CUES = 20_000
TIME = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
TIMING = re.compile(rf"^{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t].*)?$")
TAG = re.compile(r"<[^<>]*>?")
LINE = 400


@dataclass(frozen=True)
class Cue:
    """One caption, in milliseconds from the start; `text` is plain."""

    start_ms: int
    end_ms: int
    text: str


def clean_captions(data: bytes) -> str:
    """A file in UTF-8 or GBK as WebVTT with plain cues in order. Raises `BadMedia`: `captions_size`, `captions`."""
    if len(data) > LARGEST:
        raise BadMedia("captions_size")
    cues = _cues(_decoded(data))
    if not cues:
        raise BadMedia("captions")
    return _written(cues)


def cut_captions(text: str, start_ms: int, end_ms: int) -> str:
    """What is said between two moments, in times of the part. Empty if nothing is."""
    inside = [cue for cue in _cues(text) if cue.end_ms > start_ms and cue.start_ms < end_ms]
    moved = [Cue(max(0, cue.start_ms - start_ms), min(cue.end_ms, end_ms) - start_ms, cue.text) for cue in inside]
    return _written(moved) if moved else ""


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise BadMedia("captions")


def _cues(text: str) -> list[Cue]:
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise BadMedia("captions")
    found = []
    for block in re.split(r"\n{2,}", text)[1:]:
        lines = block.strip("\n").split("\n")
        timing = next((n for n, line in enumerate(lines[:2]) if "-->" in line), None)
        if timing is None:  # NOTE, STYLE, REGION
            continue
        cue = _cue(lines[timing], lines[timing + 1 :])
        if cue.text:
            found.append(cue)
        if len(found) > MOST_CUES:
            raise BadMedia("captions_size")
    return sorted(found, key=lambda cue: cue.start_ms)


def _cue(timing: str, lines: list[str]) -> Cue:
    times = TIMING.match(timing.strip())
    if not times:
        raise BadMedia("captions", timing[:80])
    start, end = _ms(times.groups()[:4]), _ms(times.groups()[4:])
    if end <= start:
        raise BadMedia("captions", timing[:80])
    plain = (html.unescape(TAG.sub("", line)) for line in lines)
    kept = ("".join(c for c in line if c.isprintable()).strip()[:LINE] for line in plain)
    return Cue(start, end, "\n".join(line for line in kept if line))


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, ms = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms


def _written(cues: list[Cue]) -> str:
    blocks = [f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}\n{html.escape(cue.text, quote=False)}" for cue in cues]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _time(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
