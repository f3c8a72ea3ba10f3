"""Courseware in a bucket, over the real protocol: whole, replaced, deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from learning.courseware import courseware, delete_folder, store_folder


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "bucket_name": "courseware",
        "endpoint_url": f"http://{host}:{port}",
        "region_name": "us-east-1",
        "file_overwrite": True,
        "default_acl": None,
        "addressing_style": "path",
        "signature_version": "s3v4",
    }
    client = boto3.client("s3", endpoint_url=options["endpoint_url"], region_name="us-east-1")
    client.create_bucket(Bucket="courseware")
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "courseware": backend}
    yield client
    server.stop()


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
