"""A video becomes a folder of HLS whose renditions are cut at the same moments."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from learning.media import BadMedia, Cut, Rung, encode_hls, measure
from tests.support import videos

TWO = (Rung(90, 300_000), Rung(45, 100_000))


@pytest.fixture(scope="module")
def talk(cache_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    folder, heard = tmp_path_factory.mktemp("talk") / "talk", []
    encode_hls(videos.talk(cache_folder), folder, "WEBVTT\n", ladder=TWO, on_progress=heard.append)
    return folder, heard


def lengths(folder: Path) -> list[str]:
    return re.findall(r"#EXTINF:([\d.]+)", (folder / "index.m3u8").read_text())


def test_all_renditions_have_the_same_segments(talk: tuple[Path, list[int]]) -> None:
    folder, _heard = talk
    assert lengths(folder / "v0") == lengths(folder / "v1") == ["4.000000", "2.000000"]
    names = [sorted(path.name for path in (folder / name).iterdir()) for name in ("v0", "v1")]
    assert names[0] == names[1] == ["00000.m4s", "00001.m4s", "index.m3u8", "init.mp4"]


def test_the_picture_counts_and_not_the_longer_sound(talk: tuple[Path, list[int]]) -> None:
    found = measure(talk[0])
    assert (found.duration_ms, found.segments, found.has_captions, found.has_poster) == (6000, 2, True, True)
    sizes = [(one["name"], one["width"], one["height"]) for one in found.renditions]
    assert sizes == [("v0", 160, 90), ("v1", 80, 44)]
    assert found.renditions[0]["bandwidth"] > found.renditions[1]["bandwidth"] > 0


def test_progress_rises(talk: tuple[Path, list[int]]) -> None:
    assert talk[1] == sorted(talk[1])
    assert talk[1][-1] >= 60  # of the nine seconds that the file claims


def test_the_poster_is_a_picture_that_is_no_larger_than_the_film(talk: tuple[Path, list[int]]) -> None:
    with Image.open(talk[0] / "poster.jpg") as poster:
        assert (poster.format, poster.size) == ("JPEG", (160, 90))


def test_renditions_that_are_not_cut_alike_are_no_medium(talk: tuple[Path, list[int]], tmp_path: Path) -> None:
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(talk[0], broken)
    (broken / "v1" / "00001.m4s").unlink()
    with pytest.raises(BadMedia) as refused:
        measure(broken)
    assert refused.value.refusal == "incomplete"


@pytest.mark.parametrize(
    ("name", "size", "kept"),
    [("portrait", "90x160", (90, 160)), ("odd", "161x91", (160, 90)), ("large", "320x182", (158, 90))],
)
def test_portrait_odd_and_large_films_keep_their_shape(
    cache_folder: Path, tmp_path: Path, name: str, size: str, kept: tuple[int, int]
) -> None:
    source = videos.clip(cache_folder, f"{name}.mp4", *videos.picture(size, 1.2), "-preset", "ultrafast")
    found = encode_hls(source, tmp_path / name, ladder=TWO[:1])
    assert (found.renditions[0]["width"], found.renditions[0]["height"]) == kept
    assert found.duration_ms == 1200


def test_a_small_film_gets_no_second_rendition(cache_folder: Path, tmp_path: Path) -> None:
    assert len(encode_hls(videos.silent(cache_folder), tmp_path / "small").renditions) == 1


def test_a_chapter_is_cut_out_to_the_picture(cache_folder: Path, tmp_path: Path) -> None:
    found = encode_hls(videos.talk(cache_folder), tmp_path / "two", ladder=TWO, cut=Cut(4000, 6000))
    assert (found.duration_ms, found.segments) == (2000, 1)


def test_no_folder_is_left_of_a_film_that_breaks(cache_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "broken.mp4"
    whole = bytearray(videos.silent(cache_folder).read_bytes())
    at = whole.index(b"mdat") + 600
    whole[at : at + 4000] = bytes(4000)
    source.write_bytes(whole)
    with pytest.raises(RuntimeError):  # what the listener raises ends the child and leaves nothing
        encode_hls(source, tmp_path / "out", on_progress=_stop)
    assert [path.name for path in tmp_path.iterdir()] == ["broken.mp4"]


def _stop(percent: int) -> None:
    raise RuntimeError("given up")
