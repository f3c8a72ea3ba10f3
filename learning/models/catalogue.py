"""The resource library shared by the province: positions, courses, lessons, media and the yearly plans."""

from uuid import uuid4

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Position(models.Model):
    """One of the 13 posts. Codes follow the national numbering; the association may edit them."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """A group of lessons of the resource library."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class MediaState(models.TextChoices):
    READY = "ready", _("Ready")
    WITHDRAWN = "withdrawn", pgettext_lazy("courseware", "Withdrawn")


class Media(models.Model):
    """One encoded video: a folder in the storage `courseware` with `v0/init.mp4`, `v0/00000.m4s`… (`v1/` …: smaller
    renditions of the same segments) and perhaps `captions.vtt`, `poster.jpg`. A new video is a new
    row: of encoded media only the captions are ever replaced (ADR 0173), and `sha256` is of what was encoded."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, blank=True, help_text="of the file it was made from")
    state = models.CharField(max_length=12, choices=MediaState.choices, default=MediaState.READY)
    duration_ms = models.PositiveIntegerField()
    segment_ms = models.PositiveIntegerField(default=4000)
    segments = models.PositiveIntegerField()
    folder = models.CharField(max_length=200, unique=True, validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")])
    renditions = models.JSONField(default=list, help_text="[{name, width, height, bandwidth}], best first")
    has_captions = models.BooleanField(default=False)
    has_poster = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, help_text="of all files of the folder, in order of their names")
    upload = models.ForeignKey("MediaUpload", models.SET_NULL, null=True, blank=True, related_name="media")
    chapter = models.PositiveSmallIntegerField(default=0, help_text="of the upload, from 1; 0: the whole file")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(duration_ms__gt=0, segments__gt=0), name="media_has_length"),
        ]

    def __str__(self) -> str:
        return self.name or self.folder


class UploadState(models.TextChoices):
    RECEIVING = "receiving", _("Being uploaded")
    QUEUED = "queued", _("Waiting to be converted")
    ENCODING = "encoding", _("Being converted")
    DONE = "done", pgettext_lazy("upload", "Ready")
    FAILED = "failed", pgettext_lazy("upload", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("upload", "Cancelled")


class MediaUpload(models.Model):
    """A video file on its way into the library: received in pieces, then probed and encoded by a worker."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text="bytes announced")
    received = models.PositiveBigIntegerField(default=0, help_text="bytes on disk")
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.RECEIVING)
    percent = models.PositiveSmallIntegerField(default=0, help_text="of the encoding")
    error = models.CharField(max_length=40, blank=True, help_text="code of why it failed")
    probed = models.JSONField(default=dict, help_text="{duration_ms, width, height, chapters: [{start_ms, title}]}")
    split = models.BooleanField(default=False, help_text="one lesson a chapter")
    captions = models.TextField(blank=True, help_text="WebVTT of the whole file")
    lesson = models.ForeignKey("Lesson", models.SET_NULL, null=True, blank=True, related_name="+")
    course = models.ForeignKey(Course, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Lesson(models.Model):
    """A piece of courseware that is watched in one go."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="lessons")
    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    media = models.ForeignKey(Media, models.PROTECT, null=True, blank=True, related_name="lessons")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["course", "order", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def video(self) -> Media:
        """The media of a lesson that is begun now: published plans hold no lesson without."""
        if self.media is None:
            raise Media.DoesNotExist(self.code)
        return self.media


class LessonQuestion(models.Model):
    """A short question on a lesson, asked at an unpredictable moment while it is studied. One option is right."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="questions")
    stem = models.CharField(max_length=300)
    options = models.JSONField(help_text="two to six sentences")
    answer = models.PositiveSmallIntegerField(help_text="index of the right option, from 0")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["lesson", "id"]

    def __str__(self) -> str:
        return self.stem


class Plan(models.Model):
    """What a trainee of one position studies in one year. Published plans are never edited."""

    position = models.ForeignKey(Position, models.PROTECT, related_name="plans")
    year = models.PositiveSmallIntegerField()
    hours_required = models.DecimalField(max_digits=6, decimal_places=2)
    published_at = models.DateTimeField(null=True, blank=True)
    lessons = models.ManyToManyField(Lesson, through="PlanLesson", related_name="plans")

    class Meta:
        ordering = ["-year", "position", "-id"]

    def __str__(self) -> str:
        return f"{self.position} {self.year}"


class PlanLesson(models.Model):
    """A lesson in a plan and what it is worth there, in study hours."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="plan_lessons")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="plan_lessons")
    order = models.PositiveSmallIntegerField()
    hours = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "lesson"], name="plan_lesson_once"),
            models.UniqueConstraint(fields=["plan", "order"], name="plan_lesson_order"),
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="plan_lesson_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.lesson}"
