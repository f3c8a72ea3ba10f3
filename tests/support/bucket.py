"""An S3-compatible server of the test's own, and one of Django's storages in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer


@contextmanager
def storage_in_bucket(settings: Any, monkeypatch: pytest.MonkeyPatch, alias: str) -> Iterator[Any]:
    """`storages[alias]` lies in a bucket of that name meanwhile; yields a boto3 client."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "bucket_name": alias,
        "endpoint_url": f"http://{host}:{port}",
        "region_name": "us-east-1",
        "file_overwrite": True,
        "default_acl": None,
        "addressing_style": "path",
        "signature_version": "s3v4",
    }
    client = boto3.client("s3", endpoint_url=options["endpoint_url"], region_name="us-east-1")
    client.create_bucket(Bucket=alias)
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, alias: backend}
    try:
        yield client
    finally:
        server.stop()
