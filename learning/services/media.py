"""Media of the library: enter what was encoded, give it to a lesson, withdraw it."""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from learning.courseware import courseware, delete_folder
from learning.errors import CannotUseMedia
from learning.media import Measured, measure
from learning.models import Lesson, Media, MediaState, MediaUpload
from learning.queries_media import hours_in_plans, media_in_use
from learning.rules import StudyRules, hours_worth
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for


@transaction.atomic
def register_media(
    folder: str,
    *,
    by: User | None,
    at: datetime,
    measured: Measured | None = None,
    name: str = "",
    upload: MediaUpload | None = None,
    chapter: int = 0,
) -> Media:
    """Enter an encoded folder of the storage `courseware`; the same folder is entered once.

    `measured` is what was counted before it was stored; without it the folder is measured where it lies, which needs a
    local storage. Raises `learning.media.BadMedia` for a folder that is no output of `encode_hls`.
    """
    found = Media.objects.filter(folder=folder).first()
    if found:
        return found
    measured = measured or measure(Path(courseware().path(folder)))
    media = Media.objects.create(
        folder=folder,
        name=name,
        upload=upload,
        chapter=chapter,
        duration_ms=measured.duration_ms,
        segment_ms=measured.segment_ms,
        segments=measured.segments,
        has_captions=measured.has_captions,
        has_poster=measured.has_poster,
        renditions=measured.renditions,
        sha256=measured.sha256,
        created_at=at,
    )
    record("media.registered", actor=by, subject=media, at=at, duration_ms=media.duration_ms)
    return media


@transaction.atomic
def attach_media(lesson: Lesson, media: Media, *, by: User | None, at: datetime) -> Lesson:
    """From now on the lesson is begun with this medium; who has begun it goes on with the one it was begun with.

    Raises `CannotUseMedia`: `withdrawn`, or `no_hours` when it is too short for a published plan; `Gone`.
    """
    found, medium = held(lesson), held(media)
    if medium.state != MediaState.READY:
        raise CannotUseMedia("withdrawn")
    require_long_enough(found, medium.duration_ms, at)
    if found.media_id == medium.pk:
        return found
    before, found.media = found.media_id, medium
    found.save(update_fields=["media"])
    record("lesson.media", actor=by, subject=found, at=at, media=str(medium.uuid), before=before)
    return found


def require_long_enough(lesson: Lesson, duration_ms: int, at: datetime) -> None:
    """Raises `CannotUseMedia` (`no_hours`) for a length that is not worth the lesson's hours in a published plan."""
    if hours_in_plans(lesson) > hours_worth(duration_ms, rules_for(StudyRules, at=at).hour_s):
        raise CannotUseMedia("no_hours")


@transaction.atomic
def withdraw_media(media: Media, *, by: User, at: datetime) -> Media:
    """Nobody begins with it any more. Its files are deleted unless somebody finished a lesson with them: that stays to
    be replayed. Raises `CannotUseMedia` (`in_use`) while a lesson shows it or a trainee is in it."""
    found = held(media, to_delete=True)
    if found.state == MediaState.WITHDRAWN:
        return found
    used = media_in_use(found)
    if used["lessons"] or used["running"]:
        raise CannotUseMedia("in_use")
    found.state = MediaState.WITHDRAWN
    found.save(update_fields=["state"])
    record("media.withdrawn", actor=by, subject=found, at=at, kept=bool(used["finished"]))
    if not used["finished"]:
        transaction.on_commit(lambda: delete_folder(found.folder))
    return found
