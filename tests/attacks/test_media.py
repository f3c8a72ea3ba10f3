"""Hostile videos: refused within two seconds, in bounded memory, without a byte read from outside the file."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from learning.media import Rung, encode_hls
from learning.upload_files import cleaned_name
from tests.support import videos
from tests.support.videos import box

ROOT = Path(__file__).resolve().parents[2]
LARGEST_KIB = 512 * 1024
FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")


def refused(path: Path) -> str | None:
    """The refusal, or None; it came within two seconds, and ffmpeg never used 512 MB."""
    asked = subprocess.run(
        [sys.executable, "-m", "tests.tools.probing", path], cwd=ROOT, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    said = json.loads(asked.stdout)
    assert said["seconds"] < 2.5  # two of the limit, and what two busy cores add
    assert said["largest_kib"] < LARGEST_KIB
    return said["refusal"]


def written(tmp_path: Path, data: bytes, name: str = "film.mp4") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text("root:x:0:0")
    return path


@pytest.mark.parametrize("before", [b"", FTYP])
def test_a_playlist_that_names_a_file_or_a_server_is_not_followed(tmp_path: Path, secret: Path, before: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        for address in (f"file://{secret}", f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"):
            text = f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{address}\n#EXT-X-ENDLIST\n"
            assert refused(written(tmp_path, before + text.encode())) in {"not_video", "truncated"}
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_list_of_files_to_join_is_not_followed(tmp_path: Path, secret: Path) -> None:
    assert refused(written(tmp_path, f"ffconcat version 1.0\nfile {secret}\n".encode())) == "not_video"


@pytest.mark.parametrize("kind", [b"url ", b"alis", b"urn "])
def test_a_track_whose_data_lie_in_another_file_is_refused(cache_folder: Path, tmp_path: Path, kind: bytes) -> None:
    whole = videos.silent(cache_folder).read_bytes()
    at = whole.index(b"dref") + 12  # entry: size, kind, version and flags
    assert whole[at + 11] == 1
    moved = whole[: at + 4] + kind + whole[at + 8 : at + 11] + b"\0" + whole[at + 12 :]
    assert refused(written(tmp_path, moved)) == "outside"


def test_a_film_that_only_says_where_the_film_is_is_refused(tmp_path: Path) -> None:
    reference = box(b"rdrf", bytes(4) + b"url " + box(b"", b"file:///etc/passwd"))
    assert refused(written(tmp_path, FTYP + box(b"moov", box(b"rmra", box(b"rmda", reference))))) == "outside"


def test_a_page_called_mp4_is_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"<html><script>alert(1)</script></html>")) == "not_video"


def test_nothing_of_a_polyglot_reaches_the_folder(cache_folder: Path, tmp_path: Path) -> None:
    """A film that is a page as well: what is served is made anew, without a byte of the page."""
    page = b"<script>alert(document.cookie)</script>"
    whole = videos.silent(cache_folder).read_bytes()
    source = written(tmp_path, whole + box(b"free", page) + box(b"skip", page))
    folder = tmp_path / "out"
    encode_hls(source, folder, ladder=(Rung(90, 300_000),))
    assert not [path for path in folder.rglob("*") if path.is_file() and b"<script" in path.read_bytes()]
    assert refused(written(tmp_path, whole + b"PK\3\4" + page)) == "truncated"


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_film_that_is_cut_off_is_refused(cache_folder: Path, tmp_path: Path, share: float) -> None:
    whole = videos.silent(cache_folder).read_bytes()
    assert refused(written(tmp_path, whole[: int(len(whole) * share)])) in {"not_video", "truncated"}


def test_a_picture_of_thirty_thousand_points_is_refused_by_what_its_header_says(
    cache_folder: Path, tmp_path: Path
) -> None:
    whole = bytearray(videos.silent(cache_folder).read_bytes())
    at = whole.index(b"tkhd") - 4
    end = at + struct.unpack(">I", whole[at : at + 4])[0]
    whole[end - 8 : end] = struct.pack(">II", 30_000 << 16, 30_000 << 16)
    assert refused(written(tmp_path, bytes(whole))) == "pixels"


def test_a_picture_that_is_larger_than_its_header_says_is_refused(cache_folder: Path, tmp_path: Path) -> None:
    """The header says 160 × 90, the coded picture has 8,192 × 4,320."""
    size = ["-f", "lavfi", "-i", "color=size=8192x4320:rate=1:duration=2"]
    whole = bytearray(videos.clip(cache_folder, "huge.mp4", *size, *videos.PLAIN).read_bytes())
    at = whole.index(b"tkhd") - 4
    end = at + struct.unpack(">I", whole[at : at + 4])[0]
    whole[end - 8 : end] = struct.pack(">II", 160 << 16, 90 << 16)
    whole[whole.index(b"avc1", at) + 28 :][:4] = struct.pack(">HH", 160, 90)
    assert refused(written(tmp_path, bytes(whole))) in {"pixels", "damaged"}


def test_nothing_at_all_and_a_film_of_no_length_are_refused(cache_folder: Path, tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"")) == "not_video"
    assert refused(written(tmp_path, FTYP + box(b"mdat", b""))) == "truncated"
    short = videos.clip(cache_folder, "short.mp4", *videos.picture(seconds=0.2), *videos.PLAIN)
    assert refused(short) == "too_short"


def test_a_million_parts_are_refused(tmp_path: Path) -> None:
    tiny = box(b"free", b"") * 1_000_000
    assert refused(written(tmp_path, FTYP + tiny)) == "too_many_parts"
    assert refused(written(tmp_path, FTYP + box(b"moov", tiny))) == "too_many_parts"


def test_a_thousand_tracks_are_refused(tmp_path: Path) -> None:
    assert refused(written(tmp_path, FTYP + box(b"moov", box(b"trak", b"") * 1000))) == "streams"


def test_boxes_within_boxes_without_end_are_refused(tmp_path: Path) -> None:
    nested = b""
    for _depth in range(2000):
        nested = box(b"trak", nested)
    assert refused(written(tmp_path, FTYP + box(b"moov", nested))) in {"damaged", "streams"}


def test_a_table_that_promises_four_billion_samples_takes_no_memory(cache_folder: Path, tmp_path: Path) -> None:
    whole = bytearray(videos.silent(cache_folder).read_bytes())
    at = whole.index(b"stsz") + 12
    whole[at : at + 4] = b"\x7f\xff\xff\xff"
    assert refused(written(tmp_path, bytes(whole))) in {"not_video", "damaged", "one_video", "memory"}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\何\\课程.mov", "课程.mov"),
        ("/etc/cron.d/x.mp4", "x.mp4"),
        ("a\0b\n<script>.mp4", "abscript.mp4"),
        ("..", ""),
        ("." * 40 + ".mp4", "mp4"),
    ],
)
def test_a_name_is_never_a_path(name: str, kept: str) -> None:
    assert cleaned_name(name) == kept
