"""Forty seconds of really encoded video in two renditions, made once a machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support import servers


def two_renditions(name: str) -> Path:
    """A folder of the courseware called `name`, with `v0`, `v1` and captions."""
    from django.conf import settings

    target = Path(settings.COURSEWARE_ROOT) / name
    if not target.exists():
        made = _encoded()
        shutil.copytree(made, target)
        # Another rendition's bytes have to differ, or a test could not tell them apart.
        shutil.copytree(made / "v0", target / "v1")
        for part in (target / "v1").iterdir():
            with part.open("ab") as file:
                file.write(b"\0\0\0\x08free")  # an empty box: players skip it
    return target


def _encoded() -> Path:
    import imageio_ffmpeg

    from learning.media import encode_hls

    folder = servers.cache_folder() / "forty-seconds-3"
    with servers.locked("forty-seconds"), tempfile.TemporaryDirectory() as space:
        source = Path(space) / "forty.mp4"
        if not folder.exists():
            picture = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=40"]
            subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, str(source)], check=True)
            encode_hls(source, folder, "WEBVTT\n\n00:00.000 --> 00:04.000\n基坑\n")
    return folder
