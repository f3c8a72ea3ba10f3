"""The association's decision on the hours of one enrolment; after a clearing there is a next round."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.models import Clearing, Enrolment
from tenants.scopes import scoped


class ReviewState(models.TextChoices):
    PENDING = "pending", _("Pending")
    APPROVED = "approved", pgettext_lazy("hours review", "Approved")
    CLEARED = "cleared", _("Cleared")
    PARTLY_CLEARED = "partly_cleared", _("Partly cleared")
    WITHDRAWN = "withdrawn", pgettext_lazy("hours review", "Enrolment withdrawn")


class Ground(models.TextChoices):
    """The manual's three grounds on which hours are invalid."""

    NOT_SELF = "not_self", _("Studied by somebody else")
    ABNORMAL = "abnormal", _("Studied by abnormal means (idling, botting)")
    NO_SNAPSHOTS = "no_snapshots", _("No snapshots of the person during study")


class HoursReview(models.Model):
    """`reasons` are facts computed when it opened: `[{code, count, value, weight}]`, see rules.REASONS.

    `decision` counts decisions, undone ones too: it names the SMS of each. `clearing` is what an undo takes back.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField(help_text=_("1 for the first completion of this enrolment"))
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=ReviewState.choices, default=ReviewState.PENDING)
    reasons = models.JSONField(default=list)
    risk = models.PositiveSmallIntegerField(default=0)
    spot_check = models.BooleanField(default=False, help_text=_("Drawn at random to be looked at, whatever the risk"))
    ground = models.CharField(max_length=16, choices=Ground.choices, blank=True)
    note = models.TextField(blank=True, help_text=_("What the trainee is told"))
    decision = models.PositiveSmallIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    clearing = models.ForeignKey(Clearing, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-risk", "opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "round"], name="review_round_once"),
            models.UniqueConstraint(fields=["enrolment"], condition=Q(state="pending"), name="one_pending_review"),
            models.CheckConstraint(
                name="decided_by_somebody",
                condition=Q(state="pending", decided_by=None, decided_at=None)
                | Q(~Q(state="pending"), decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-risk", "opened_at"], name="review_queue")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_pending(self) -> bool:
        return self.state == ReviewState.PENDING
