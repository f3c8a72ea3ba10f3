"""A lesson's script → a folder of HLS. Frames are drawn here and piped into ffmpeg; the mp4 that comes out goes through
`learning.media` as any uploaded video does. No Django: runs in worker processes.

Folders are kept in a cache under the hash of everything that shapes the picture.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import imageio_ffmpeg

from demo import captions, slides, sound, stage
from learning import media
from learning.media import clean_captions, encode_hls

HERE = Path(__file__).parent
WORKERS = 2


@dataclass(frozen=True)
class Size:
    """What is encoded: pixels, and every how many frames a new one is drawn (the stream stays at 25 fps)."""

    name: str
    width: int
    height: int
    step: int = 1


FULL = Size("full", stage.WIDTH, stage.HEIGHT)
SMALL = Size("small", 160, 90, step=5)


def lessons() -> list[dict]:
    return json.loads((HERE / "data" / "lessons.json").read_text(encoding="utf-8"))


def streams(scripts: list[dict], cache: Path, size: Size, say: Callable[[str], None]) -> dict[str, Path]:
    """Every script's HLS folder by lesson code; drawn, two at a time, where the cache does not hold it yet."""
    cache.mkdir(parents=True, exist_ok=True)
    found = {script["code"]: cache / f"{script['code']}-{size.name}-{_hash(script, size)}" for script in scripts}
    missing = [script for script in scripts if not found[script["code"]].exists()]
    if missing:
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            jobs = {pool.submit(draw, script, found[script["code"]], size): script for script in missing}
            for job in as_completed(jobs):
                say(f"  video {jobs[job]['code']} {jobs[job]['title']}: {job.result():.1f} s")
    return found


def draw(script: dict, folder: Path, size: Size) -> float:
    """Draw and encode one lesson; returns the seconds it took. The folder appears only when it is whole."""
    began = time.monotonic()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        master, track, vtt = (Path(scratch) / name for name in ("master.mp4", "track.wav", "captions.vtt"))
        captions.write_captions(script, vtt)
        sound.write_track(script, track)
        _encode(script, track, master, size)
        encode_hls(master, folder, clean_captions(vtt.read_bytes()))
    return time.monotonic() - began


def _encode(script: dict, track: Path, part: Path, size: Size) -> None:
    encoder = subprocess.Popen(_command(track, part, size), stdin=subprocess.PIPE)
    if encoder.stdin is None:
        raise RuntimeError("ffmpeg has no input")
    with encoder.stdin as pipe:
        for frame in slides.frames(script, size.step):
            if size.width != stage.WIDTH:
                frame = cv2.resize(frame, (size.width, size.height), interpolation=cv2.INTER_AREA)
            pipe.write(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    if encoder.wait():
        raise RuntimeError(f"ffmpeg could not write {part.name} (code {encoder.returncode})")


def _command(track: Path, part: Path, size: Size) -> list[str]:
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size.width}x{size.height}"]
    # OpenCV converts to BT.601 in limited range: say so, or browsers shift the colours.
    meaning = ("-colorspace", "-color_primaries", "-color_trc")
    colour = [word for flag in meaning for word in (flag, "smpte170m")] + ["-color_range", "tv"]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "14", "-threads", "1", "-g", "100"]
    return [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y",
        *raw, "-r", f"{slides.FPS / size.step:g}", "-i", "-", "-i", str(track),
        *video, "-r", str(slides.FPS), *colour,
        "-c:a", "aac", "-b:a", "64k", "-shortest", "-movflags", "+faststart", str(part),
    ]  # fmt: skip


def _hash(script: dict, size: Size) -> str:
    """Over the script, the size and the source of everything that draws and encodes."""
    rooms = ("stage", "slides", "sound", "captions", "video")
    sources = [
        *sorted(HERE.glob("figures/*.py")),
        *(HERE / f"{room}.py" for room in rooms),
        *sorted(Path(media.__file__).parent.glob("*.py")),
    ]
    digest = hashlib.sha256(json.dumps([script, size.name], ensure_ascii=False, sort_keys=True).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
