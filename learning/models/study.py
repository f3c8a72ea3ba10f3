"""Credited study. Credit is counted in whole milliseconds of server time.

Σ `CreditSpan.credited_ms` of the spans that are not voided equals `LessonProgress.credited_ms`, always.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from learning.models.catalogue import Lesson
from learning.models.enrolment import Enrolment
from tenants.scopes import scoped


class EndReason(models.TextChoices):
    LEFT = "left", _("Left")
    TAKEN_OVER = "taken_over", _("Taken over by a newer session")
    COMPLETE = "complete", _("Lesson complete")
    CLEARED = "cleared", _("Hours cleared")
    IDLE = "idle", _("No sign of life")
    SIGNED_OUT = "signed_out", _("Signed out")
    SUSPENDED = "suspended", _("Institution paused")


class StudySession(models.Model):
    """One sitting at one lesson under one camera session. The only row that a heartbeat must find.

    `seq` and `nonce` name the one beat that will be accepted next. The rules of the day it was opened are frozen on
    the row (`cap_ms`, `day_cap_ms`, 0 = none), so that a beat reads nothing else. `span` is the span that the next
    credit extends while it is contiguous. Times come from PostgreSQL, cut to milliseconds.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="study_sessions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    camera_session = models.ForeignKey("proctoring.CameraSession", models.PROTECT, related_name="+")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    progress = models.ForeignKey("LessonProgress", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, blank=True)
    seq = models.IntegerField(default=0)
    nonce = models.UUIDField(default=uuid4)
    last_beat_at = models.DateTimeField()
    playing = models.BooleanField(default=False)
    cap_ms = models.IntegerField()
    day_cap_ms = models.IntegerField(default=0)
    day = models.DateField()
    day_credited_ms = models.IntegerField(default=0, help_text="credit of the person on `day`, all sessions")
    span = models.ForeignKey("CreditSpan", models.SET_NULL, null=True, db_constraint=False, related_name="+")

    objects = scoped()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The province knows one live session a person: the newest (THREATS "Study and hours").
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at__isnull=True), name="one_live_study_session"
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class LessonProgress(models.Model):
    """How much of a lesson is credited. `duration_ms` is the length of the media when the lesson was begun."""

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="progress")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    credited_ms = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="one_progress_per_lesson"),
            models.CheckConstraint(
                condition=models.Q(credited_ms__lte=models.F("duration_ms")), name="progress_within_lesson"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credited_ms}/{self.duration_ms} ms"


class Clearing(models.Model):
    """Hours set to zero: which lessons (none named: all), why and by whom. The spans stay, marked."""

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="clearings")
    scope = models.CharField(max_length=8, choices=[("all", _("All lessons")), ("lessons", _("Some lessons"))])
    lessons = models.ManyToManyField(Lesson, blank=True, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # what an undo restores
    hours_state_before = models.CharField(max_length=12, editable=False)
    hours_completed_before = models.DateTimeField(null=True, editable=False)
    hours_approved_before = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.scope} {self.at:%Y-%m-%d}"


class CreditSpan(models.Model):
    """Contiguous credit: `ended_at` − `started_at` = `credited_ms`, exactly. Never deleted."""

    session = models.ForeignKey(StudySession, models.PROTECT, related_name="spans")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="spans")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    credited_ms = models.PositiveIntegerField()
    voided_by = models.ForeignKey(Clearing, models.PROTECT, null=True, blank=True, related_name="spans")

    objects = scoped()

    class Meta:
        ordering = ["started_at"]
        indexes = [models.Index(fields=["enrolment", "started_at"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(credited_ms__gt=0), name="span_has_credit"),
            models.CheckConstraint(condition=models.Q(ended_at__gt=models.F("started_at")), name="span_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S} +{self.credited_ms} ms"
