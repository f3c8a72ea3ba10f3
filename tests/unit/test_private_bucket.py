"""Sealed pictures in a bucket instead of a folder: the same code, over the real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.bucket import storage_in_bucket
from tests.support.staff import give_photos, picture


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    settings.DATA_KEYS = {"old": b"o" * 32}
    with storage_in_bucket(settings, monkeypatch, "private") as client:
        yield client


def names(client: Any) -> list[str]:
    return [one["Key"] for one in client.list_objects_v2(Bucket="private").get("Contents", [])]


def test_pictures_lie_sealed_in_the_bucket_are_sealed_anew_and_deleted(
    bucket: Any, settings: Any, lingzhu: Any, in_tenant: Any, make_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from proctoring import vault
    from proctoring.models import FacePhoto
    from tenants.crypto import key_id_of
    from tenants.rotation import places, rotate

    with in_tenant(lingzhu):
        give_photos(make_user(), lingzhu)
        photo = FacePhoto.objects.get(kind="portrait")
        photo.thumb = vault.put(photo, b"small", field="thumb")
        photo.save()
        assert len(names(bucket)) == 3
        assert {photo.frame, photo.thumb} < set(names(bucket))
        sealed = bucket.get_object(Bucket="private", Key=photo.frame)["Body"].read()
        assert b"JFIF" not in sealed
        assert (vault.get(photo), vault.get(photo, field="thumb")) == (picture(101), b"small")
    settings.DATA_KEYS = {"new": b"n" * 32, "old": b"o" * 32}
    for place in places():
        if place.is_file and place.model is FacePhoto:
            rotate(place)
    settings.DATA_KEYS = {"new": b"n" * 32}
    assert {key_id_of(bucket.get_object(Bucket="private", Key=name)["Body"].read()) for name in names(bucket)} == {
        "new"
    }
    assert (vault.get(photo), vault.get(photo, field="thumb")) == (picture(101), b"small")
    with django_capture_on_commit_callbacks(execute=True):
        vault.discard(photo)
    assert len(names(bucket)) == 1
    with pytest.raises(FileNotFoundError):
        vault.get(photo)
