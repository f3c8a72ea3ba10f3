"""Small real videos, made once and kept in the cache folder."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

VERSION = 3
CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n"
    for start, end, title in ((0, 4000, "第一章 基坑"), (4000, 6000, "第二章 脚手架 <b>; = \\#"))
).replace("; = \\#", "\\; \\= \\\\\\#")


def run_ffmpeg(*arguments: str, folder: Path | None = None) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True, cwd=folder)


def picture(size: str = "160x90", seconds: float = 6, rate: str = "30") -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


SOUND = ["-f", "lavfi", "-i", "sine=duration=9"]
PLAIN = ["-pix_fmt", "yuv420p", "-preset", "ultrafast"]


def clip(cache: Path, name: str, *arguments: str) -> Path:
    """The video `name`, made by these arguments of ffmpeg where the cache does not hold it yet."""
    target = cache / f"video-{VERSION}-{name}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            made = Path(scratch) / name
            run_ffmpeg(*arguments, str(made))
            os.replace(made, target)
    return target


def talk(cache: Path) -> Path:
    """Six seconds of picture under nine seconds of sound, in two chapters."""
    meta = cache / f"video-{VERSION}-chapters.txt"
    meta.write_text(CHAPTERS, encoding="utf-8")
    about = ["-i", str(meta), "-map", "0:v", "-map", "1:a", "-map_metadata", "2"]
    return clip(cache, "talk.mp4", *picture(), *SOUND, *about, *PLAIN)


def silent(cache: Path) -> Path:
    return clip(cache, "silent.mov", *picture(seconds=2), *PLAIN)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """The boxes side by side in `data`: kind and content."""
    found, at = [], 0
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        found.append((data[at + 4 : at + 8], data[at + 8 : at + length]))
        at += length
    return found
