"""A video is looked at before it is trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from learning.media import BadMedia, Chapter, Limits, clean_captions, cut_captions, probe
from tests.support import videos


def test_a_video_tells_its_length_size_sound_and_chapters(cache_folder: Path) -> None:
    found = probe(videos.talk(cache_folder))
    assert (found.width, found.height, found.fps, found.has_sound) == (160, 90, 30.0, True)
    assert 6000 <= found.duration_ms <= 9100
    assert found.chapters == (
        Chapter(0, 4000, "第一章 基坑"),
        Chapter(4000, 6000, "第二章 脚手架 <b>; = \\#"),
    )


def test_a_film_without_sound_is_a_video_too(cache_folder: Path) -> None:
    found = probe(videos.silent(cache_folder))
    assert (found.duration_ms, found.has_sound, found.chapters) == (2000, False, ())


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(longest_ms=1999), "too_long"),
        (Limits(least_ms=2001), "too_short"),
        (Limits(pixels=160 * 90 - 1), "pixels"),
        (Limits(fps=29.9), "fps"),
        (Limits(streams=0), "streams"),
    ],
)
def test_a_limit_is_exact_and_says_which_it_is(cache_folder: Path, limits: Limits, refusal: str) -> None:
    with pytest.raises(BadMedia) as refused:
        probe(videos.silent(cache_folder), limits)
    assert refused.value.refusal == refusal


def test_two_pictures_or_none_are_refused(cache_folder: Path, tmp_path: Path) -> None:
    source = str(videos.silent(cache_folder))
    videos.run_ffmpeg("-i", source, "-map", "0", "-map", "0", "-c", "copy", str(tmp_path / "two.mp4"))
    videos.run_ffmpeg(*videos.SOUND, str(tmp_path / "none.mp4"))
    for name in ("two.mp4", "none.mp4"):
        with pytest.raises(BadMedia) as refused:
            probe(tmp_path / name)
        assert refused.value.refusal == "one_video"


CAPTIONS = """WEBVTT - a name
X-TIMESTAMP-MAP=LOCAL:00:00:00.000

STYLE
::cue { background: url(https://evil.example/) }

NOTE nothing

one
00:01.000 --> 00:03.000 position:10% line:-1
<v 王工><b>基坑</b> &lt;script&gt; 5 > 3

00:00:03.500 --> 00:00:05.000
<script>alert(1)</script>第二行
"""
PLAIN = """WEBVTT

00:00:01.000 --> 00:00:03.000
基坑 &lt;script&gt; 5 &gt; 3

00:00:03.500 --> 00:00:05.000
alert(1)第二行
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_captions_are_kept_as_plain_text_and_times(encoding: str) -> None:
    assert clean_captions(CAPTIONS.replace("\n", "\r\n").encode(encoding)) == PLAIN


def test_cleaned_captions_stay_as_they_are() -> None:
    assert clean_captions(PLAIN.encode()) == PLAIN


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", "captions"),
        (b"<html>00:01.000 --> 00:02.000</html>", "captions"),
        (b"WEBVTT\n\n", "captions"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nx", "captions"),
        (b"WEBVTT\n\n99:99.000 --> 00:01.000\nx", "captions"),
        (b"WEBVTT\n\n\xff\xff\xff", "captions"),
        (b"WEBVTT\n\n" + b"x" * 1024 * 1024, "captions_size"),
    ],
)
def test_what_is_no_webvtt_is_refused(data: bytes, refusal: str) -> None:
    with pytest.raises(BadMedia) as refused:
        clean_captions(data)
    assert refused.value.refusal == refusal


def test_a_chapter_has_its_captions_in_its_own_time() -> None:
    assert cut_captions(PLAIN, 2000, 4000) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n基坑 &lt;script&gt; 5 &gt; 3\n\n"
        "00:00:01.500 --> 00:00:02.000\nalert(1)第二行\n"
    )
    assert cut_captions(PLAIN, 5000, 9000) == ""
