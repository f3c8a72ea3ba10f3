"""Courseware: an mp4 becomes HLS in fragmented MP4, 4-second segments, each decodable by itself.

No Django here: encoding runs in worker processes and in the building of the demo.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imageio_ffmpeg

FPS = 25
SEGMENT_S = 4
INIT = "init.mp4"
PLAYLIST = "index.m3u8"
CAPTIONS = "captions.vtt"
SEGMENT = re.compile(r"^\d{5}\.m4s$")
BEST = "v0"
TIMEOUT_S = 3600


class BadMedia(Exception):
    """The file cannot be read as a video, or a folder is no output of `encode_hls`."""


@dataclass(frozen=True)
class Measured:
    """What a folder holds, counted and not believed. Milliseconds."""

    duration_ms: int
    segment_ms: int
    segments: int
    has_captions: bool
    renditions: list[dict[str, Any]]
    sha256: str


def segment_name(index: int) -> str:
    """File of the segment `index`, from 0."""
    return f"{index:05d}.m4s"


def index_of(name: str) -> int:
    """The number of a segment's file."""
    return int(name.partition(".")[0])


def is_part(name: str) -> bool:
    """Whether a name is one of a rendition's files."""
    return name == INIT or bool(SEGMENT.match(name))


def encode_hls(source: Path, folder: Path, captions: Path | None = None) -> Measured:
    """Encode `source` into `folder`, which appears only when it is whole. An existing folder is measured and kept.

    The source may name nothing but local files. Raises `BadMedia`.
    """
    if folder.exists():
        return measure(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))  # two may encode the same at once
    part.chmod(0o755)
    try:
        (part / BEST).mkdir()
        _run(_command(source.resolve(), part / BEST))
        if captions is not None:
            shutil.copyfile(captions, part / CAPTIONS)
        measure(part)
        try:
            part.rename(folder)
        except OSError:
            if not folder.exists():  # else another process was quicker with the same result
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return measure(folder)


def _command(source: Path, folder: Path) -> list[str]:
    keyframes = ["-g", str(FPS * SEGMENT_S), "-keyint_min", str(FPS * SEGMENT_S), "-sc_threshold", "0"]
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y",
        "-protocol_whitelist", "file", "-i", f"file:{source}",
        "-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p", "-r", str(FPS), *keyframes,
        "-c:a", "aac", "-b:a", "64k", "-ac", "1",
        "-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
        "-hls_flags", "independent_segments", "-hls_fmp4_init_filename", INIT,
        "-hls_segment_filename", str(folder / "%05d.m4s"), str(folder / PLAYLIST),
    ]  # fmt: skip


def _run(command: list[str]) -> str:
    """Run ffmpeg; its standard error. Raises `BadMedia` with the last line of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise BadMedia("encoding took too long") from error
    if done.returncode:
        raise BadMedia(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "ffmpeg failed")
    return done.stderr


def measure(folder: Path) -> Measured:
    """Count the segments and the frames of a folder made by `encode_hls`. Raises `BadMedia`."""
    best = folder / BEST
    names = sorted(path.name for path in best.iterdir()) if best.is_dir() else []
    segments = [name for name in names if SEGMENT.match(name)]
    if INIT not in names or segments != [segment_name(index) for index in range(len(segments))] or not segments:
        raise BadMedia(f"{folder.name} has no complete set of segments")
    frames, width, height = count_frames(best / PLAYLIST)
    duration_ms = frames * 1000 // FPS
    if not (len(segments) - 1) * SEGMENT_S * 1000 < duration_ms <= len(segments) * SEGMENT_S * 1000:
        raise BadMedia(f"{folder.name}: {len(segments)} segments do not hold {duration_ms} ms")
    size = sum((best / name).stat().st_size for name in segments)
    rendition = {"name": BEST, "width": width, "height": height, "bandwidth": size * 8000 // duration_ms}
    captioned = (folder / CAPTIONS).is_file()
    return Measured(duration_ms, SEGMENT_S * 1000, len(segments), captioned, [rendition], _sha256(folder))


def count_frames(playlist: Path) -> tuple[int, int, int]:
    """Video frames, width and height of a local playlist, by walking its packets: containers may claim anything."""
    said = _run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-protocol_whitelist", "file", "-allowed_extensions", "ALL",
         "-i", f"file:{playlist.resolve()}", "-map", "0:v:0", "-c", "copy", "-f", "null", "-"]
    )  # fmt: skip
    counted = re.findall(r"frame=\s*(\d+)", said)
    sized = re.search(r"Video: .*?\b(\d{2,5})x(\d{2,5})\b", said)
    if not counted or not sized:
        raise BadMedia(f"{playlist.parent.name} has no frames")
    return int(counted[-1]), int(sized[1]), int(sized[2])


def _sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
