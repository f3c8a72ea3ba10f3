"""Who may study (post certificates) and who studies what, where and in which year (enrolments)."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.models.catalogue import Plan, Position
from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped


class PostCertificateState(models.TextChoices):
    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("Superseded")
    REVOKED = "revoked", _("Revoked")


class PostCertificate(models.Model):
    """The old certificate that entitles to continuing education: the association's register, of no institution.

    The holder is named by number, not by account: the register is older than the accounts.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    holder_id_number = EncryptedTextField()
    holder_id_index = models.CharField(max_length=64, db_index=True, editable=False)
    holder_name = models.CharField(max_length=50)
    position = models.ForeignKey(Position, models.PROTECT, related_name="post_certificates")
    issued_on = models.DateField()
    state = models.CharField(max_length=12, choices=PostCertificateState.choices, default=PostCertificateState.VALID)
    superseded_at = models.DateTimeField(null=True, blank=True)
    revealable = ("holder_id_number",)  # to staff, through tenants.accounts.reveal

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class TrainingClass(models.Model):
    """The group in which an institution runs enrolments."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    position = models.ForeignKey(Position, models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    capacity = models.PositiveIntegerField(default=0, help_text="0: no limit")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-year", "name"]
        constraints = [models.UniqueConstraint(fields=["institution", "name"], name="training_class_name")]

    def __str__(self) -> str:
        return self.name


class Admission(models.TextChoices):
    AWAITING_CONFIRMATION = "awaiting_confirmation", _("Awaiting confirmation")
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    ADMITTED = "admitted", _("Admitted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class HoursState(models.TextChoices):
    STUDYING = "studying", _("Studying")
    IN_REVIEW = "in_review", pgettext_lazy("hours", "In review")
    APPROVED = "approved", pgettext_lazy("hours", "Approved")
    CLEARED = "cleared", _("Cleared")


class ExamState(models.TextChoices):
    CLOSED = "closed", pgettext_lazy("exam", "Closed")
    OPEN = "open", pgettext_lazy("exam", "Open")
    PASSED = "passed", pgettext_lazy("exam", "Passed")


class Enrolment(models.Model):
    """A trainee at an institution for one position and one year.

    `hours_state` and `exam_state` are two independent axes; what higher floors did is written down here by their
    calls of `learning.services.note_*`.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolments")
    position = models.ForeignKey(Position, models.PROTECT, related_name="enrolments")
    year = models.PositiveSmallIntegerField()
    post_certificate = models.ForeignKey(PostCertificate, models.PROTECT, related_name="enrolments")
    training_class = models.ForeignKey(TrainingClass, models.PROTECT, null=True, blank=True, related_name="enrolments")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="enrolments")
    admission = models.CharField(max_length=24, choices=Admission.choices, default=Admission.AWAITING_CONFIRMATION)
    training_fee = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    textbook_fee = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    hours_state = models.CharField(max_length=12, choices=HoursState.choices, default=HoursState.STUDYING)
    exam_state = models.CharField(max_length=8, choices=ExamState.choices, default=ExamState.CLOSED)
    clearings_count = models.PositiveSmallIntegerField(default=0)

    created_at = models.DateTimeField()
    admitted_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    hours_completed_at = models.DateTimeField(null=True, blank=True)
    hours_approved_at = models.DateTimeField(null=True, blank=True)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    exam_passed_at = models.DateTimeField(null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True)
    hours_recorded_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "position", "year"],
                condition=~models.Q(admission="withdrawn"),
                name="one_live_enrolment",
            )
        ]
        indexes = [models.Index(fields=["institution", "hours_state"])]

    def __str__(self) -> str:
        return f"{self.position} {self.year}"
