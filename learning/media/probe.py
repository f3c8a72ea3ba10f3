"""What a file holds, found out before it is trusted: within two seconds and a fixed amount of memory."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from learning.media.boxes import check_boxes
from learning.media.child import AS_MP4, PROBING, ffmpeg
from learning.media.limits import LIMITS, Limits
from learning.media.names import BadMedia

# The demuxer's own lines begin so; what a file says in its tags is indented deeper.
LENGTH = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d)\.(\d\d),", re.M)
STREAM = re.compile(r"^  Stream #0:(\d+)\S*: (\w+): (.*)$", re.M)
SIZE = re.compile(r", (\d{1,6})x(\d{1,6})\b")
FPS = re.compile(r", ([\d.]+)(k?) fps\b")
PICTURES = ("(attached pic)", "(timed thumbnails)")
TITLE = 120


@dataclass(frozen=True)
class Chapter:
    """A chapter of a file: where it begins and ends, what it is called."""

    start_ms: int
    end_ms: int
    title: str


@dataclass(frozen=True)
class Probed:
    """What a file holds. `stream` is the number of its one video."""

    duration_ms: int
    width: int
    height: int
    fps: float
    stream: int
    has_sound: bool
    chapters: tuple[Chapter, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def probe(path: Path, limits: Limits = LIMITS) -> Probed:
    """Look at a file and decode its first picture. Raises `BadMedia`."""
    with path.open("rb") as file:
        check_boxes(file, limits)
    source = [*AS_MP4, "-max_pixels", str(limits.pixels), "-threads", "1", "-i", f"file:{path.resolve()}"]
    _code, meta, said = ffmpeg([*source, "-map_metadata", "0", "-f", "ffmetadata", "-"], PROBING)
    found = _read(said.partition("\nOutput #0")[0], meta, limits)
    picture = ["-map", f"0:{found.stream}", "-frames:v", "1", "-f", "null", "-"]
    code, _out, said = ffmpeg(["-v", "error", *source, *picture], PROBING)
    if "max pixel count" in said or "Invalid pixel" in said or "Picture size" in said:
        raise BadMedia("pixels")
    if code:
        raise BadMedia("damaged", said[-400:])
    return found


def _read(said: str, meta: str, limits: Limits) -> Probed:
    length, streams = LENGTH.search(said), STREAM.findall(said)
    if "max pixel count" in said:
        raise BadMedia("pixels")
    if not streams:
        raise BadMedia("not_video" if "moov atom not found" not in said else "truncated", said[-400:])
    if len(streams) > limits.streams:
        raise BadMedia("streams")
    videos = [(int(n), text) for n, kind, text in streams if kind == "Video" and not text.endswith(PICTURES)]
    if len(videos) != 1:
        raise BadMedia("one_video")
    number, text = videos[0]
    sized, rate = SIZE.search(text), FPS.search(text)
    if not length or not sized:
        raise BadMedia("damaged", text)
    hours, minutes, seconds, hundredths = map(int, length.groups())
    found = Probed(
        duration_ms=((hours * 60 + minutes) * 60 + seconds) * 1000 + hundredths * 10,
        width=int(sized[1]),
        height=int(sized[2]),
        fps=float(rate[1]) * (1000 if rate[2] else 1) if rate else 0.0,
        stream=number,
        has_sound=any(kind == "Audio" for _n, kind, _text in streams),
        chapters=_chapters(meta),
    )
    _require_within(found, limits)
    return found


def _require_within(found: Probed, limits: Limits) -> None:
    if found.width * found.height > limits.pixels or max(found.width, found.height) > limits.side:
        raise BadMedia("pixels")
    if found.duration_ms < limits.least_ms:
        raise BadMedia("too_short")
    if found.duration_ms > limits.longest_ms:
        raise BadMedia("too_long")
    if found.fps > limits.fps:
        raise BadMedia("fps")
    if len(found.chapters) > limits.chapters:
        raise BadMedia("chapters")


def _chapters(meta: str) -> tuple[Chapter, ...]:
    """The chapters of ffmpeg's own list of metadata, in which `= ; # \\` and line ends are escaped."""
    found = []
    for block in re.split(r"^\[CHAPTER\]$", meta, flags=re.M)[1:]:
        fields = dict(re.findall(r"^(\w+)=((?:\\\n|[^\n])*)$", re.split(r"^\[", block, flags=re.M)[0], flags=re.M))
        over, _slash, under = fields.get("TIMEBASE", "1/1").partition("/")
        start, end = (int(fields[name]) * int(over) * 1000 // int(under or 1) for name in ("START", "END"))
        title = re.sub(r"\\(.)", r"\1", fields.get("title", ""), flags=re.S)
        found.append(
            Chapter(start, end, " ".join("".join(c if c.isprintable() else " " for c in title).split())[:TITLE])
        )
    return tuple(found)
