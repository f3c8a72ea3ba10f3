"""Who may study (post certificates) and who studies what, where and in which year (enrolments)."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.certificate_numbers import certificate_key
from learning.models.catalogue import Plan, Position
from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped


class PostCertificateState(models.TextChoices):
    VALID = "valid", _("Valid")
    SUPERSEDED = "superseded", _("Superseded")
    REVOKED = "revoked", _("Revoked")


class CertificateKeyField(models.CharField):
    """What `number` is compared by; written with every save, also of many rows at once."""

    def pre_save(self, model_instance: Any, add: bool) -> str:
        key = certificate_key(model_instance.number)
        setattr(model_instance, self.attname, key)
        return key


class PostCertificate(models.Model):
    """The old certificate that entitles to continuing education: the association's register, of no institution.

    The holder is named by number, not by account: the register is older than the accounts.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40)
    key = CertificateKeyField(max_length=120, unique=True, editable=False)
    holder_id_number = EncryptedTextField()
    holder_id_index = models.CharField(max_length=64, db_index=True, editable=False)
    holder_name = models.CharField(max_length=50)
    position = models.ForeignKey(Position, models.PROTECT, related_name="post_certificates")
    issued_on = models.DateField()
    state = models.CharField(max_length=12, choices=PostCertificateState.choices, default=PostCertificateState.VALID)
    superseded_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0, help_text="counts changes, so that two clerks do not overwrite")
    revealable = ("holder_id_number",)  # to staff, through tenants.accounts.reveal

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class TrainingClass(models.Model):
    """The group in which an institution runs enrolments. People enrol from `enrols_from` to `enrols_until`, and study
    from `starts_on` to `ends_on`; without `positions` it is for all of them."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=80)
    positions = models.ManyToManyField(Position, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    enrols_from = models.DateField(null=True, blank=True)
    enrols_until = models.DateField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    capacity = models.PositiveIntegerField(default=0, help_text="0: no limit")
    head_teacher = models.CharField(max_length=50, blank=True)
    notice = models.TextField(blank=True, help_text="what the people of the class read on their pages")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-year", "name"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "name"], name="training_class_name"),
            models.UniqueConstraint(
                fields=["institution", "number"], condition=~models.Q(number=""), name="training_class_number"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def positions_said(self) -> str:
        """Names of its positions; empty: it is for all of them."""
        return "、".join(position.name for position in self.positions.all())


class Admission(models.TextChoices):
    AWAITING_CONFIRMATION = "awaiting_confirmation", _("Awaiting confirmation")
    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    ADMITTED = "admitted", _("Admitted")
    WITHDRAWN = "withdrawn", pgettext_lazy("admission", "Withdrawn")


class Origin(models.TextChoices):
    """Who asked for the enrolment."""

    COUNTER = "counter", _("At the counter")
    TRAINEE = "trainee", _("By the trainee")
    SHEET = "sheet", _("From a sheet")
    TRANSFER = "transfer", _("Transfer")


class PaymentWay(models.TextChoices):
    CASH = "cash", _("Cash")
    BANK = "bank", _("Bank transfer")
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    CARD = "card", pgettext_lazy("payment", "Card")
    EMPLOYER = "employer", _("Paid by the employer")


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
    fee_notice = models.CharField(
        max_length=200, blank=True, help_text="title and date of the notice the fees are from"
    )
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.COUNTER)
    # As written on the application, for the institution; the account's own number stays the person's.
    phone = EncryptedTextField(null=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="ID card and post certificate were seen")
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    paid_amount = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    paid_on = models.DateField(null=True, blank=True, help_text="day of the receipt; `paid_at` is when it was noted")
    paid_way = models.CharField(max_length=10, choices=PaymentWay.choices, blank=True)
    receipt_number = models.CharField(max_length=40, blank=True)
    wants_invoice = models.BooleanField(default=False)
    invoice_title = models.CharField(max_length=100, blank=True)
    invoice_tax_number = models.CharField(max_length=20, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=200, blank=True)
    refund_note = models.CharField(max_length=200, blank=True, help_text="what the institution owes or has paid back")
    transferred_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="transfers")
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
    revealable = ("phone",)  # to staff, through tenants.accounts.reveal

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
