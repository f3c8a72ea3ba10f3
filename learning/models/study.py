"""Credited study. Credit is counted in whole milliseconds of server time.

Σ `CreditSpan.credited_ms` of the spans that are not voided equals `LessonProgress.credited_ms`, always.
"""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from learning.models.catalogue import Lesson, Media
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
    the row (`cap_ms`, `day_cap_ms` with 0 = none, `opens_minute`, `closes_minute`, `answer_ms`), so that a beat reads
    nothing else. `span` is the span that the next
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
    opens_minute = models.SmallIntegerField(default=0, help_text="study counts from this minute of the day")
    closes_minute = models.SmallIntegerField(default=1440, help_text="and until this one")
    ask_at = models.DateTimeField(null=True, blank=True, help_text="when a question on the lesson is asked")
    answer_ms = models.IntegerField(default=0, help_text="how long it may stand open while time counts")
    answer_by = models.DateTimeField(
        null=True, blank=True, help_text="it was asked and stands open; time counts to here"
    )
    resumed_at = models.DateTimeField(null=True, blank=True, help_text="it was answered late; time counts from here")
    question = models.ForeignKey("LessonQuestion", models.SET_NULL, null=True, blank=True, related_name="+")
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
    """How much of a lesson is credited. Who has begun a lesson finishes it with the medium it was begun with, whose
    length `duration_ms` is, even when the lesson gets another one."""

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="progress")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="+")
    media = models.ForeignKey(Media, models.PROTECT, related_name="+")
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
    """Hours set to zero: of all lessons, of some, or of some stretches of time; why and by whom. Spans stay, marked."""

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="clearings")
    scope = models.CharField(
        max_length=8,
        choices=[("all", _("All lessons")), ("lessons", _("Some lessons")), ("times", _("Some stretches of time"))],
    )
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


class PresenceCheck(models.Model):
    """One answer to a question on the lesson. A question that was never answered has no row; its sitting says so."""

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    session = models.ForeignKey(StudySession, models.PROTECT, related_name="checks")
    question = models.ForeignKey("LessonQuestion", models.PROTECT, related_name="+")
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField()
    choice = models.PositiveSmallIntegerField(help_text="index of the option, from 0")
    right = models.BooleanField()

    objects = scoped()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.answered_at:%Y-%m-%d %H:%M:%S} {'right' if self.right else 'wrong'}"

    @property
    def in_time(self) -> bool:
        return self.answered_at <= self.answer_by


class StudyTrace(models.Model):
    """What a sitting's page said of the person's doings, and how evenly it beat: a hint for the review, never proof.

    `rhythm_ms` is the standard deviation of the time between beats, over `beats` of them.
    """

    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    session = models.OneToOneField(StudySession, models.PROTECT, related_name="trace")
    reported_s = models.PositiveIntegerField(default=0, help_text="seconds of the page that the counts speak of")
    moves = models.PositiveIntegerField(default=0)
    presses = models.PositiveIntegerField(default=0, help_text="clicks, touches and keys")
    hidden_s = models.PositiveIntegerField(default=0, help_text="seconds in which the page was not visible")
    blurred_s = models.PositiveIntegerField(default=0, help_text="seconds in which another window had the keyboard")
    marks = models.JSONField(default=list, help_text="signs of a browser without a person: webdriver, headless …")
    beats = models.PositiveIntegerField(default=0)
    rhythm_ms = models.PositiveIntegerField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = scoped()

    def __str__(self) -> str:
        return f"{self.session_id}: {self.moves} moves, {self.presses} presses"
