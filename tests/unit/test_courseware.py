"""Courseware in a bucket, over the real protocol: whole, replaced, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from learning.courseware import courseware, delete_folder, store_folder
from tests.support.bucket import storage_in_bucket


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with storage_in_bucket(settings, monkeypatch, "courseware") as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("poster.jpg", "v0/index.m3u8", "v0/init.mp4", "v0/00000.m4s", "v1/index.m3u8", "v1/init.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def names(client: Any) -> list[str]:
    return [one["Key"] for one in client.list_objects_v2(Bucket="courseware").get("Contents", [])]


def test_a_folder_is_stored_replaced_and_deleted_in_a_bucket(bucket: Any, folder: Path) -> None:
    store_folder(folder, "film")
    store_folder(folder, "film-2")
    (folder / "v0" / "init.mp4").write_bytes(b"new")
    store_folder(folder, "film")
    assert names(bucket)[:6] == sorted(f"film-2/{p.relative_to(folder)}" for p in folder.rglob("*") if p.is_file())
    assert len(names(bucket)) == 12
    with courseware().open("film/v0/init.mp4") as file:
        assert file.read() == b"new"
    assert courseware().exists("film/v1/index.m3u8")
    delete_folder("film")
    assert {name.split("/")[0] for name in names(bucket)} == {"film-2"}
    assert storages["courseware"].exists("film/v0/init.mp4") is False
