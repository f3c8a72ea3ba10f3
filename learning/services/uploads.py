"""A video on its way into the library: begun, received in pieces, cancelled, tried again. Encoding: `encoding.py`."""

from datetime import datetime
from pathlib import Path, PurePath
from shutil import rmtree

from celery import current_app
from django.conf import settings
from django.db import transaction

from learning.errors import PASSING, BadUpload, UploadConflict
from learning.media import HEAD, is_mp4
from learning.models import Course, Lesson, MediaUpload, UploadState
from learning.queries_media import abandoned_uploads, stranded_uploads
from learning.services.locks import held
from learning.upload_files import append, cleaned_name, forget, only_worker, require_space, scratch_of, source_of
from tenants.accounts.models import User
from tenants.audit.services import record

LARGEST = 2 * 1024**3
LARGEST_PIECE = 8 * 1024**2
ENDINGS = {".mp4", ".mov"}
DAY_S = 86400
ENCODE = "learning.tasks.encode_upload"  # by its name: tasks import services
WAITING = (UploadState.RECEIVING, UploadState.QUEUED, UploadState.ENCODING)


@transaction.atomic
def begin_upload(
    name: str,
    size: int,
    *,
    lesson: Lesson | None = None,
    course: Course | None = None,
    split: bool = False,
    by: User,
    at: datetime,
) -> MediaUpload:
    """Announce a file of `size` bytes, for a lesson, for lessons of a course (`split`: one a chapter), or for neither.

    Raises `BadUpload` (`name`, `empty`, `size`), `NoSpace` and `Gone`.
    """
    name = cleaned_name(name)
    if PurePath(name).suffix.lower() not in ENDINGS:
        raise BadUpload("name", status=415)
    if size < 1:
        raise BadUpload("empty")
    if size > LARGEST:
        raise BadUpload("size", status=413)
    if split and course is None:
        raise ValueError("chapters become lessons of a course")
    require_space(size)
    upload = MediaUpload.objects.create(
        by=by,
        name=name,
        size=size,
        lesson=held(lesson) if lesson else None,
        course=held(course) if course else None,
        split=split,
        created_at=at,
        changed_at=at,
    )
    record("upload.begun", actor=by, subject=upload, at=at, size=size)
    return upload


def receive_piece(upload: MediaUpload, offset: int, data: bytes, *, at: datetime) -> MediaUpload:
    """Append one piece (at most 8 MiB) at exactly `offset`, which is on the disk when this returns.

    After the last one the file is queued to be converted. Raises `UploadConflict` with the offset that is expected,
    `BadUpload` (`piece`, `state`; `not_video` as soon as the beginning shows it: the upload has failed
    then), `NoSpace`.
    """
    with transaction.atomic():
        found = lock_upload(upload, UploadState.RECEIVING)
        if offset != found.received:
            raise UploadConflict(found.received)
        if not 0 < len(data) <= min(LARGEST_PIECE, found.size - found.received):
            raise BadUpload("piece", status=413)
        append(found, data)
        found.received += len(data)
        found.changed_at = at
        found.save(update_fields=["received", "changed_at"])
        if _is_no_video(found):
            fail(found, "not_video", at=at)
        elif found.received == found.size:
            _queue(found, at)
    if found.state == UploadState.FAILED:
        raise BadUpload("not_video", status=415)
    return found


def lock_upload(upload: MediaUpload, *states: UploadState) -> MediaUpload:
    """The upload as it is now, locked. Raises `BadUpload` (`state`) when it is in none of these states."""
    found = MediaUpload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if found.state not in states:
        raise BadUpload("state", status=409)
    return found


def _is_no_video(upload: MediaUpload) -> bool:
    """By its first bytes, once they are there."""
    if upload.received < min(HEAD, upload.size):
        return False
    with source_of(upload).open("rb") as file:
        return not is_mp4(file.read(HEAD))


def _queue(upload: MediaUpload, at: datetime) -> None:
    upload.state, upload.percent, upload.error, upload.changed_at = UploadState.QUEUED, 0, "", at
    upload.save(update_fields=["state", "percent", "error", "changed_at", "probed"])
    transaction.on_commit(lambda: current_app.send_task(ENCODE, [upload.pk]))


def fail(upload: MediaUpload, refusal: str, *, at: datetime) -> None:
    """Say why it cannot be used. The file is kept only when the cause may pass. Call with the row locked."""
    upload.state, upload.error, upload.changed_at = UploadState.FAILED, refusal, at
    upload.save(update_fields=["state", "error", "changed_at"])
    record("upload.failed", actor=None, subject=upload, at=at, error=refusal)
    if refusal not in PASSING:
        transaction.on_commit(lambda: forget(upload))


@transaction.atomic
def cancel_upload(upload: MediaUpload, *, by: User | None, at: datetime) -> MediaUpload:
    """Give it up, whether it is received, waits or is converted; a conversion ends by itself within seconds."""
    found = lock_upload(upload, *WAITING, UploadState.FAILED)
    found.state, found.changed_at = UploadState.CANCELLED, at
    found.save(update_fields=["state", "changed_at"])
    record("upload.cancelled", actor=by, subject=found, at=at)
    transaction.on_commit(lambda: forget(found))
    return found


@transaction.atomic
def retry_upload(upload: MediaUpload, *, by: User, at: datetime) -> MediaUpload:
    """Convert once more what failed by a cause that may pass. Raises `BadUpload` (`state`)."""
    found = lock_upload(upload, UploadState.FAILED)
    if found.error not in PASSING or not source_of(found).exists():
        raise BadUpload("state", status=409)
    found.probed = {}
    record("upload.retried", actor=by, subject=found, at=at, error=found.error)
    _queue(found, at)
    return found


def requeue_stranded(*, at: datetime) -> int:
    """Send those again whose worker has died or whose message was lost; how many."""
    return sum(_requeue(upload, at) for upload in stranded_uploads(at))


def _requeue(upload: MediaUpload, at: datetime) -> bool:
    with only_worker(upload) as is_free, transaction.atomic():
        if not is_free:  # it works on, it only has not said so for a while
            return False
        found = stranded_uploads(at).select_for_update(no_key=True, skip_locked=True).filter(pk=upload.pk).first()
        if found:
            _queue(found, at)
        return bool(found)


def sweep_uploads(*, at: datetime) -> int:
    """Give up what nobody has gone on with for three days, and delete scratch that belongs to nothing; how many."""
    given_up = 0
    for upload in abandoned_uploads(at):
        cancel_upload(upload, by=None, at=at)
        given_up += 1
    running = {scratch_of(one) for one in MediaUpload.objects.filter(state__in=WAITING)}
    kept = running | {source_of(one) for one in MediaUpload.objects.filter(state__in=(*WAITING, UploadState.FAILED))}
    _sweep_files(kept, at)
    return given_up


def _sweep_files(kept: set[Path], at: datetime) -> None:
    """Only what is a day old: a row may have been written since `kept` was read."""
    root = Path(settings.UPLOADS_ROOT)
    for path in root.iterdir() if root.is_dir() else ():
        if path not in kept and path.stat().st_mtime < at.timestamp() - DAY_S:
            rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
