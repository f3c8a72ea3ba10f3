"""Captions as a clerk sends them: with a file that is not converted yet, or for a video that is shown already."""

from datetime import datetime

from django.db import transaction

from learning.courseware import store_bytes
from learning.errors import BadUpload, CannotUseMedia, NoSpace
from learning.media import CAPTIONS, BadMedia, clean_captions, cut_captions
from learning.models import Media, MediaState, MediaUpload, UploadState
from learning.services.locks import held
from learning.services.uploads import lock_upload
from learning.upload_files import FULL
from tenants.accounts.models import User
from tenants.audit.services import record


@transaction.atomic
def set_captions(upload: MediaUpload, data: bytes, *, by: User, at: datetime) -> MediaUpload:
    """Captions for a file that is not converted yet, as WebVTT in UTF-8 or GBK. Raises `BadUpload`."""
    found = lock_upload(upload, UploadState.RECEIVING, UploadState.QUEUED)
    found.captions = _cleaned(data)
    found.save(update_fields=["captions"])
    record("upload.captions", actor=by, subject=found, at=at)
    return found


@transaction.atomic
def replace_captions(media: Media, data: bytes, *, by: User, at: datetime) -> Media:
    """Captions for a converted video, in place of those it has; whoever opens the lesson from now on gets them.

    Picture and sound stay as they are, and what nobody can see, because the video is over, is left out (ADR 0173).
    Raises `BadUpload` (`captions`, `captions_size`, `captions_late`), `CannotUseMedia` (`withdrawn`) and `NoSpace`.
    """
    found = held(media)
    if found.state != MediaState.READY:
        raise CannotUseMedia("withdrawn")
    text = cut_captions(_cleaned(data), 0, found.duration_ms)
    if not text:
        raise BadUpload("captions_late")
    replaced, found.has_captions = found.has_captions, True
    found.save(update_fields=["has_captions"])
    record("media.captions", actor=by, subject=found, at=at, replaced=replaced)
    try:
        store_bytes(text.encode(), f"{found.folder}/{CAPTIONS}")  # last: when it fails, nothing is claimed
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoSpace() from error
    return found


def _cleaned(data: bytes) -> str:
    try:
        return clean_captions(data)
    except BadMedia as error:
        raise BadUpload(error.refusal, status=413 if error.refusal == "captions_size" else 400) from error
