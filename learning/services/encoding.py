"""The conversion of one upload: probed, encoded in a scratch folder, stored, and entered in one transaction.

May run twice, and be killed anywhere: until that transaction nothing names what was made, after it nothing is
left to do.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from learning.courseware import delete_folder, store_folder
from learning.errors import CannotUseMedia
from learning.media import LADDER, LIMITS, BadMedia, Chapter, Cut, Measured, Probed, cut_captions, encode_hls, probe
from learning.models import Course, Lesson, MediaUpload, UploadState
from learning.services.media import attach_media, register_media, require_long_enough
from learning.services.uploads import fail
from learning.upload_files import FULL, only_worker, scratch_of, source_of
from tenants.audit.services import record

RUNNING = (UploadState.QUEUED, UploadState.ENCODING)
ATTEMPTS = 3
SAY_S = 2.0  # between two percents in the row
Clock = Callable[[], datetime]


class Cancelled(Exception):
    """Somebody has given the upload up while it was converted."""


@dataclass(frozen=True)
class Made:
    """A folder that was encoded. `chapter` from 1; 0: the whole file."""

    folder: str
    measured: Measured
    chapter: int
    title: str


def encode_upload(upload_id: int, *, clock: Clock) -> None:
    """Convert an upload that waits, and enter what came of it. Nothing happens when another worker is at it, or when it
    is done; a refusal is written on the row. `clock` gives the time of each step: the work may take hours."""
    upload = MediaUpload.objects.filter(pk=upload_id, state__in=RUNNING).first()
    if upload is None:
        return
    with only_worker(upload) as mine:
        if not mine or not _claim(upload, clock()):
            return
        made: list[Made] = []
        try:
            _convert(upload, made, clock)
            _enter(upload, made, clock())
        except Cancelled:
            _discard(made)
        except (BadMedia, CannotUseMedia) as error:
            _discard(made)
            _give_up(upload, error.refusal, clock())
        except OSError as error:
            _discard(made)
            if error.errno not in FULL:
                raise
            _give_up(upload, "no_space", clock())
        finally:
            shutil.rmtree(scratch_of(upload), ignore_errors=True)


@transaction.atomic
def _claim(upload: MediaUpload, at: datetime) -> bool:
    """Take it; a file that has cost several workers their lives is not taken again by itself."""
    found = MediaUpload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if found.state not in RUNNING:
        return False
    attempts = found.probed.get("attempts", 0) + 1
    if attempts > ATTEMPTS:
        fail(found, "killed", at=at)
        return False
    if not source_of(found).exists():
        fail(found, "truncated", at=at)
        return False
    found.state, found.percent, found.changed_at, found.probed = UploadState.ENCODING, 0, at, {"attempts": attempts}
    found.save(update_fields=["state", "percent", "changed_at", "probed"])
    upload.refresh_from_db()
    return True


def _convert(upload: MediaUpload, made: list[Made], clock: Clock) -> None:
    found = probe(source_of(upload))
    upload.probed = {**upload.probed, **found.as_json()}
    MediaUpload.objects.filter(pk=upload.pk).update(probed=upload.probed, changed_at=clock())
    if upload.lesson and not upload.split:  # told at once, not after an hour of work; asked again at the end
        require_long_enough(upload.lesson, found.duration_ms, clock())
    parts = _parts(found, split=upload.split)
    scratch = scratch_of(upload)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    for number, part in enumerate(parts):
        chapter = number + 1 if upload.split else 0
        folder = f"{upload.uuid}-{chapter:03d}" if chapter else str(upload.uuid)
        say = partial(_say, upload, _Said(clock()), clock, number, len(parts))
        captions = cut_captions(upload.captions, part.start_ms, part.end_ms) if upload.captions else ""
        ladder = LADDER[: settings.MEDIA_RENDITIONS]
        cut = Cut(part.start_ms, part.end_ms)
        measured = encode_hls(
            source_of(upload), scratch / folder, captions, ladder=ladder, probed=found, cut=cut, on_progress=say
        )
        made.append(Made(folder, measured, chapter, part.title))
        store_folder(scratch / folder, folder)
        shutil.rmtree(scratch / folder)


def _parts(found: Probed, *, split: bool) -> list[Chapter]:
    """The whole file, or its chapters."""
    if not split:
        return [Chapter(0, found.duration_ms, "")]
    if not found.chapters:
        raise BadMedia("no_chapters")
    if any(one.end_ms - one.start_ms < LIMITS.least_ms for one in found.chapters):
        raise BadMedia("short_chapter")
    return list(found.chapters)


@dataclass
class _Said:
    """When the row was last told."""

    at: datetime


def _say(upload: MediaUpload, said: _Said, clock: Clock, number: int, parts: int, percent: int) -> None:
    """Write the percent every two seconds: also the sign of life, and where a cancelled upload is noticed."""
    at = clock()
    if (at - said.at).total_seconds() < SAY_S:
        return
    said.at = at
    row = MediaUpload.objects.filter(pk=upload.pk, state__in=RUNNING)
    if not row.update(percent=(100 * number + percent) // parts, changed_at=at):
        raise Cancelled


@transaction.atomic
def _enter(upload: MediaUpload, made: list[Made], at: datetime) -> None:
    found = MediaUpload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if found.state not in RUNNING:
        raise Cancelled
    for one in made:
        media = register_media(
            one.folder, by=found.by, at=at, measured=one.measured, name=found.name, upload=found, chapter=one.chapter
        )
        lesson = _lesson_of_chapter(found, one, at) if one.chapter else found.lesson
        if lesson:
            attach_media(lesson, media, by=found.by, at=at)
    found.state, found.percent, found.changed_at = UploadState.DONE, 100, at
    found.save(update_fields=["state", "percent", "changed_at"])
    record("upload.done", actor=found.by, subject=found, at=at, media=len(made))
    transaction.on_commit(lambda: source_of(found).unlink(missing_ok=True))


def _lesson_of_chapter(upload: MediaUpload, one: Made, at: datetime) -> Lesson:
    """A new lesson at the end of the course, with the next free code."""
    if upload.course is None:  # the course was deleted meanwhile
        raise BadMedia("incomplete", "no course")
    course = Course.objects.select_for_update(no_key=True).get(pk=upload.course.pk)
    last = Lesson.objects.filter(course=course).order_by("-order").first()
    number = course.lessons.count() + 1
    while Lesson.objects.filter(code=f"{course.code}-{number:02d}").exists():
        number += 1
    lesson = Lesson.objects.create(
        course=course,
        code=f"{course.code}-{number:02d}",
        title=one.title or f"{Path(upload.name).stem} {one.chapter}"[:120],
        order=last.order + 1 if last else 1,
    )
    record("lesson.created", actor=upload.by, subject=lesson, at=at, course=course.code, chapter=one.chapter)
    return lesson


def _discard(made: list[Made]) -> None:
    for one in made:
        delete_folder(one.folder)


@transaction.atomic
def _give_up(upload: MediaUpload, refusal: str, at: datetime) -> None:
    found = MediaUpload.objects.select_for_update(no_key=True).get(pk=upload.pk)
    if found.state in RUNNING:
        fail(found, refusal, at=at)
