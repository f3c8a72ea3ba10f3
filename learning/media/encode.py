"""Courseware: an mp4 becomes HLS in fragmented MP4, 4-second segments, each decodable by itself.

All renditions come from one pass with the same forced key frames, so that their segments are the same stretches. A
file without sound stays without: hls.js and Safari play picture alone.
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from learning.media.child import AS_MP4, ENCODING, LOCAL, MEASURING, ffmpeg
from learning.media.limits import LIMITS
from learning.media.measure import Measured, measure
from learning.media.names import CAPTIONS, FPS, INIT, PLAYLIST, POSTER, SEGMENT_S, BadMedia, segment_name
from learning.media.probe import Probed, probe

POSTER_WIDTH = 640


@dataclass(frozen=True)
class Rung:
    """One rendition: the short side in pixels at most, and bits a second at most."""

    side: int
    bitrate: int
    crf: int = 23


LADDER = (Rung(720, 1_500_000), Rung(360, 400_000, 26))
LONG_SIDE = 16 / 9


@dataclass(frozen=True)
class Cut:
    """The stretch of a file that is encoded, in milliseconds."""

    start_ms: int
    end_ms: int


def encode_hls(
    source: Path,
    folder: Path,
    captions: str = "",
    *,
    ladder: Sequence[Rung] = LADDER[:1],
    probed: Probed | None = None,
    cut: Cut | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Measured:
    """Encode `source` into `folder`, which appears only when it is whole. An existing folder is measured and kept.

    `captions` is WebVTT from `clean_captions`; `on_progress` gets whole percents, and what it raises ends the encoding.
    The source may name nothing but itself. Raises `BadMedia`.
    """
    if folder.exists():
        return measure(folder)
    found = probed or probe(source)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # two may encode the same at once
    part.chmod(0o755)
    try:
        _encode(source, part, found, _rungs(found, ladder), cut or Cut(0, found.duration_ms), on_progress)
        if captions:
            (part / CAPTIONS).write_text(captions, encoding="utf-8")
        measured = measure(part)
        try:
            part.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was quicker with the same result
                raise
            return measure(folder)
        return measured
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _rungs(found: Probed, ladder: Sequence[Rung]) -> list[Rung]:
    """The first, and those that are smaller than the film itself: nothing is made larger than it came."""
    short = min(found.width, found.height)
    return [ladder[0], *(rung for rung in ladder[1:] if rung.side < short)]


def _encode(
    source: Path, part: Path, found: Probed, rungs: list[Rung], cut: Cut, on_progress: Callable[[int], None] | None
) -> None:
    for number in range(len(rungs)):
        (part / f"v{number}").mkdir()

    def heard(line: str) -> None:
        name, _equals, value = line.strip().partition("=")
        if on_progress and name == "out_time_us" and value.lstrip("-").isdecimal():
            on_progress(max(0, min(99, int(value) // 10 // max(1, cut.end_ms - cut.start_ms))))

    code, _out, said = ffmpeg(_command(source.resolve(), found, rungs, cut), ENCODING, heard, part)
    if code:
        raise BadMedia("damaged", said[-400:])
    _poster(part, cut)


def _command(source: Path, found: Probed, rungs: list[Rung], cut: Cut) -> list[str]:
    limit = ["-max_pixels", str(LIMITS.pixels), "-threads", "2"]
    seek = ["-ss", f"{cut.start_ms / 1000:.3f}"] if cut.start_ms else []
    inside = ["-t", f"{(cut.end_ms - cut.start_ms) / 1000:.3f}", "-i", f"file:{source}"]
    outputs = [word for number, rung in enumerate(rungs) for word in _output(number, rung, found)]
    return [
        "-v", "error", "-nostats", "-progress", "pipe:1", "-stats_period", "1",
        *AS_MP4, *limit, *seek, *inside,
        "-filter_complex_threads", "2", "-filter_complex", _graph(found, rungs), *outputs,
    ]  # fmt: skip


def _graph(found: Probed, rungs: list[Rung]) -> str:
    """One picture each 1/25 s from 0 on, then one scaled copy a rendition; sound goes on in silence to the end."""
    copies = "".join(f"[c{number}]" for number in range(len(rungs)))
    graph = [f"[0:{found.stream}]fps={FPS}:start_time=0,split={len(rungs)}{copies}"]
    for number, rung in enumerate(rungs):
        share = f"min(1,min({rung.side}/min(iw*sar,ih),{int(rung.side * LONG_SIDE)}/max(iw*sar,ih)))"
        width, height = (f"max(2,2*trunc({side}*{share}/2))" for side in ("iw*sar", "ih"))
        graph.append(f"[c{number}]scale=w='{width}':h='{height}',setsar=1,format=yuv420p[v{number}]")
    if found.has_sound:
        copies = "".join(f"[a{number}]" for number in range(len(rungs)))
        graph.append(f"[0:a:0]aresample=48000:async=1:first_pts=0,apad,asplit={len(rungs)}{copies}")
    return ";".join(graph)


def _output(number: int, rung: Rung, found: Probed) -> list[str]:
    name, frames = f"v{number}", str(FPS * SEGMENT_S)
    sound = ["-map", f"[a{number}]", "-c:a", "aac", "-b:a", "64k", "-ac", "1", "-shortest"] if found.has_sound else []
    return [
        "-map", f"[v{number}]", *sound, "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", str(rung.crf), "-threads", "2",
        "-maxrate", str(rung.bitrate), "-bufsize", str(2 * rung.bitrate),
        "-r", str(FPS), "-g", frames, "-keyint_min", frames, "-sc_threshold", "0",
        "-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
        "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", INIT,
        "-hls_segment_filename", f"{name}/%05d.m4s", f"{name}/{PLAYLIST}",
    ]  # fmt: skip


def _poster(part: Path, cut: Cut) -> None:
    """A picture from the best rendition, a little after its beginning."""
    at = min(3.0, (cut.end_ms - cut.start_ms) / 4000)
    first = part / "v0" / PLAYLIST
    scale = ["-vf", f"scale=w='min({POSTER_WIDTH},iw)':h=-2", "-frames:v", "1", "-q:v", "4", POSTER]
    reading = ["-v", "error", *LOCAL, "-allowed_extensions", "ALL", "-ss", f"{at:.2f}", "-i", f"file:{first.resolve()}"]
    ffmpeg([*reading, "-map", "0:v:0", *scale], MEASURING, folder=part)
    if not (part / POSTER).is_file() or not (part / "v0" / segment_name(0)).is_file():
        raise BadMedia("damaged", "no picture")
