"""Reads about media and uploads."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypedDict

from django.db.models import Max, Q, QuerySet

from learning.models import Lesson, LessonProgress, Media, MediaUpload, PlanLesson, UploadState
from tenants.scopes import province_scope

BEAT_S = 60  # a conversion that has not been heard of for so long has no worker any more
QUEUE_S = 600  # so long a message may wait in the queue before it is sent once more
ABANDONED = timedelta(days=3)


class InUse(TypedDict):
    """What needs a medium: lessons that show it, trainees who are in it, trainees who may replay it."""

    lessons: int
    running: int
    finished: int


def media_in_use(media: Media) -> InUse:
    """How much needs this medium, in the whole province."""
    with province_scope():
        progress = LessonProgress.objects.filter(media=media)
        running = progress.filter(completed_at__isnull=True).count()
        finished = progress.filter(completed_at__isnull=False).count()
    return InUse(lessons=Lesson.objects.filter(media=media).count(), running=running, finished=finished)


def hours_in_plans(lesson: Lesson) -> Decimal:
    """The most study hours that the lesson is worth in any published plan; 0 where it is in none."""
    rows = PlanLesson.objects.filter(lesson=lesson, plan__published_at__isnull=False)
    return rows.aggregate(most=Max("hours"))["most"] or Decimal(0)


def stranded_uploads(at: datetime) -> QuerySet[MediaUpload]:
    """Uploads whose worker is gone, or whose message was lost."""
    silent = Q(state=UploadState.ENCODING, changed_at__lt=at - timedelta(seconds=BEAT_S))
    waiting = Q(state=UploadState.QUEUED, changed_at__lt=at - timedelta(seconds=QUEUE_S))
    return MediaUpload.objects.filter(silent | waiting)


def abandoned_uploads(at: datetime) -> QuerySet[MediaUpload]:
    """Uploads that nobody has gone on with for three days."""
    return MediaUpload.objects.filter(state=UploadState.RECEIVING, changed_at__lt=at - ABANDONED)


def waiting_uploads() -> QuerySet[MediaUpload]:
    """What is received, waits or is converted, the newest first, with who sent it."""
    states = (UploadState.RECEIVING, UploadState.QUEUED, UploadState.ENCODING)
    return MediaUpload.objects.filter(state__in=states).select_related("by", "lesson", "course")
