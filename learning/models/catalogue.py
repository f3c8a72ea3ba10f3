"""The resource library shared by the province: positions, courses, lessons, media and the yearly plans."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


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
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Media(models.Model):
    """One encoded video: a folder under `settings.COURSEWARE_ROOT` with `init.mp4`, `00000.m4s`… and perhaps
    `captions.vtt`. Encoded media are never changed: a new video is a new row."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=MediaState.choices, default=MediaState.READY)
    duration_ms = models.PositiveIntegerField()
    segment_ms = models.PositiveIntegerField(default=4000)
    segments = models.PositiveIntegerField()
    folder = models.CharField(max_length=200, unique=True)
    has_captions = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, help_text="of all files of the folder, in order of their names")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(duration_ms__gt=0, segments__gt=0), name="media_has_length"),
        ]

    def __str__(self) -> str:
        return self.folder


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
        """The media of a lesson that is being studied: published plans hold no lesson without."""
        if self.media is None:
            raise Media.DoesNotExist(self.code)
        return self.media


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
