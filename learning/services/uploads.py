"""Temporary: receives pieces into a file, converts nothing. The real one comes with the media branch."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from learning.errors import MEDIA_REFUSALS, BadUpload, UploadConflict
from learning.models import Course, Lesson, Media, MediaState, MediaUpload, UploadState
from tenants.accounts.models import User
from tenants.audit.services import record


def _part(upload: MediaUpload) -> Path:
    folder = Path(settings.VAR) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{upload.uuid}.part"


@transaction.atomic
def begin_upload(
    name: str, size: int, *, lesson: Lesson | None = None, course: Course | None = None, split: bool = False,
    by: User, at: datetime,
) -> MediaUpload:  # fmt: skip
    if not name.lower().endswith((".mp4", ".mov")):
        raise BadUpload("type", 415)
    if not 0 < size <= 2 * 1024**3:
        raise BadUpload("size", 413)
    upload = MediaUpload.objects.create(
        by=by, name=name, size=size, lesson=lesson, course=course, split=split, created_at=at, changed_at=at
    )
    record("upload.begun", actor=by, subject=upload, at=at, name=name)
    return upload


@transaction.atomic
def receive_piece(upload: MediaUpload, offset: int, data: bytes, *, at: datetime) -> MediaUpload:
    found = MediaUpload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if found.state != UploadState.RECEIVING or offset != found.received or offset + len(data) > found.size:
        raise UploadConflict(found.received)
    with _part(found).open("r+b" if offset else "wb") as file:
        file.seek(offset)
        file.write(data)
    found.received += len(data)
    found.state = UploadState.QUEUED if found.received == found.size else found.state
    found.changed_at = at
    found.save()
    return found


def _set(upload: MediaUpload, at: datetime, **values: object) -> None:
    MediaUpload.objects.filter(pk=upload.pk).update(changed_at=at, **values)


def set_captions(upload: MediaUpload, data: bytes, *, by: User, at: datetime) -> None:
    if not data.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise BadUpload("captions", 400)
    _set(upload, at, captions=data.decode("utf-8", "replace"))


def cancel_upload(upload: MediaUpload, *, by: User, at: datetime) -> None:
    _set(upload, at, state=UploadState.CANCELLED)


def retry_upload(upload: MediaUpload, *, by: User, at: datetime) -> None:
    _set(upload, at, state=UploadState.QUEUED, error="")


@transaction.atomic
def attach_media(lesson: Lesson, media: Media, *, by: User, at: datetime) -> None:
    Lesson.objects.filter(pk=lesson.pk).update(media=media)
    record("media.attached", actor=by, subject=lesson, at=at)


@transaction.atomic
def withdraw_media(media: Media, *, by: User, at: datetime) -> None:
    Media.objects.filter(pk=media.pk).update(state=MediaState.WITHDRAWN)
    record("media.withdrawn", actor=by, subject=media, at=at)


__all__ = ["MEDIA_REFUSALS"]
