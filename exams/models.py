"""The question bank, and papers as they were given: an attempt freezes its questions, order and key."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.scopes import scoped

EVERY_POSITION = "*"


class Kind(models.TextChoices):
    """Also the order of the kinds on a paper (see rules.KINDS)."""

    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")


class QuestionQuerySet(models.QuerySet["Question"]):
    def for_position(self, code: str) -> "QuestionQuerySet":
        """What may be asked in the exam of this position: its own questions and the common ones."""
        return self.filter(positions__overlap=[EVERY_POSITION, code], retired_at=None)


class Question(models.Model):
    """A question of the province's bank. Papers copy it, so an edit never changes a paper that was given."""

    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    positions = ArrayField(models.CharField(max_length=8), help_text=_("Position codes; * stands for every position"))
    knowledge_point = models.CharField(max_length=80)
    difficulty = models.PositiveSmallIntegerField(default=1, help_text=_("1 easy, 2 medium, 3 hard"))
    stem = models.TextField()
    options = models.JSONField(help_text=_("The texts in order; the first is A"))
    answer = models.CharField(max_length=8, help_text=_("Letters of the right options, in order"))
    explanation = models.TextField(blank=True)
    source = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        indexes = [GinIndex(fields=["positions"], name="question_positions")]

    def __str__(self) -> str:
        return self.code

    @property
    def is_common(self) -> bool:
        return EVERY_POSITION in self.positions


class Supervision(models.TextChoices):
    """What the camera (or the classroom) says of an attempt. No machine voids one: `voided` is a person's word."""

    UNASKED = "unasked", _("Not supervised")
    CLEAR = "clear", _("Nothing found")
    LOOK = "look", _("Waiting for a person's look")
    ACCEPTED = "accepted", _("Looked at and accepted")
    VOIDED = "voided", _("Looked at and voided")


class Attempt(models.Model):
    """One paper of one person. `deadline_at` is the server's; `rules` the ExamRules it was opened under."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey("learning.Enrolment", models.PROTECT, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField(help_text=_("1 for the first attempt of this enrolment"))
    rules = models.JSONField()
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    graded_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)
    abandoned_at = models.DateTimeField(null=True, blank=True, help_text="ended without a result: no score, ever")
    supervision = models.CharField(max_length=8, choices=Supervision.choices, default=Supervision.UNASKED)
    findings = models.JSONField(default=dict, help_text="what was counted when it was graded, see rules.Watched")
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    look_note = models.TextField(blank=True, help_text=_("Why it was voided; the trainee reads it"))

    objects = scoped()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["enrolment"], condition=Q(submitted_at=None), name="one_open_attempt"),
            models.CheckConstraint(
                name="graded_or_abandoned",
                condition=Q(submitted_at=None, graded_at=None, score=None, passed=None, abandoned_at=None)
                | Q(submitted_at__isnull=False, graded_at=None, score=None, passed=None, abandoned_at__isnull=False)
                | Q(
                    submitted_at__isnull=False,
                    graded_at__isnull=False,
                    score__isnull=False,
                    passed__isnull=False,
                    abandoned_at=None,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(submitted_at=None), name="attempt_open_deadline"),
            models.Index(fields=["graded_at"], condition=Q(supervision="look"), name="attempt_to_look_at"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None


class Watch(models.Model):
    """A camera session under which an attempt was written: the one it began with, and those after a break."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="watches")
    camera_session = models.OneToOneField("proctoring.CameraSession", models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()

    objects = scoped("attempt__institution")

    class Meta:
        ordering = ["begun_at"]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"


class Item(models.Model):
    """A question at its place on this paper, frozen: stem, options in the order shown, key in the letters shown."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    stem = models.TextField()
    options = models.JSONField()
    key = models.CharField(max_length=8)
    points = models.PositiveSmallIntegerField()

    objects = scoped("attempt__institution")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="item_number_once"),
            models.UniqueConstraint(fields=["attempt", "question"], name="item_question_once"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Answer(models.Model):
    """What is chosen now: letters in order, "" when a choice was taken back. `client_seq` makes saving idempotent."""

    item = models.OneToOneField(Item, models.CASCADE, related_name="answer")
    choice = models.CharField(max_length=8, blank=True)
    saved_at = models.DateTimeField()
    client_seq = models.PositiveIntegerField()

    objects = scoped("item__attempt__institution")

    def __str__(self) -> str:
        return self.choice
