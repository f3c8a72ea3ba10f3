"""Certificates as issued, and the upload of hours to the national register.

Facts are frozen at issue and encrypted; the PDF is built once, sealed in private storage, and never changes again.
"""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.models import Enrolment, Position, PostCertificate
from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped

TOKEN_BYTES = 24  # 192 bits; THREATS asks for at least 128


def new_token() -> str:
    """What the QR code carries: unguessable, 32 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Document(models.Model):
    """What both certificates have in common. `lookup` answers number + name in one query (see queries.lookup_key)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    lookup = models.CharField(max_length=64, db_index=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    facts = EncryptedTextField()
    photo = models.CharField(max_length=200, blank=True, help_text="sealed file; empty: printed without a photo")
    pdf = models.CharField(max_length=200, blank=True, help_text="sealed file; empty until it is first asked for")
    sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    objects = scoped()
    sealed_files = ("photo", "pdf")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None


class HoursCertificate(Document):
    """The 学时证明 of one enrolment."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="hours_certificates")

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(revoked_at=None), name="one_live_hours_certificate"
            )
        ]


class QualificationState(models.TextChoices):
    VALID = "valid", _("Valid")
    REVOKED = "revoked", _("Revoked")


class QualificationCertificate(Document):
    """The electronic 职业培训合格证 that took the place of one post certificate.

    `institution` is the one whose recorded hours led to it; the certificate itself is the association's.
    """

    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    post_certificate = models.OneToOneField(PostCertificate, models.PROTECT, related_name="qualification_certificate")
    state = models.CharField(max_length=8, choices=QualificationState.choices, default=QualificationState.VALID)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(
                name="revoked_qualification_has_time",
                condition=Q(state="valid", revoked_at=None) | Q(state="revoked", revoked_at__isnull=False),
            )
        ]


class UploadState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("upload", "Queued")
    SENT = "sent", pgettext_lazy("upload", "Sent")
    ACCEPTED = "accepted", pgettext_lazy("upload", "Recorded")
    REJECTED = "rejected", pgettext_lazy("upload", "Rejected")


class HoursUpload(models.Model):
    """Outbox row of one enrolment's approved hours. `batch` names the file it travels in; a batch may be sent twice."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="uploads")
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    hours = models.DecimalField(max_digits=6, decimal_places=2)
    batch = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=UploadState.choices, default=UploadState.QUEUED)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=80, blank=True)

    objects = scoped()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=~Q(state="rejected"), name="one_live_upload_per_enrolment"
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="upload_queue")]

    def __str__(self) -> str:
        return str(self.uuid)


class RegisterBatch(models.Model):
    """What one batch tells the national register, sealed until the operator's transfer takes it.

    It names people of all institutions; `content` is emptied when the retention after the taking is over.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lines = models.PositiveIntegerField()
    content = EncryptedTextField(null=True)
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.uuid)


class AppraisalLevel(models.TextChoices):
    """Grades of the national system of vocational skills, lowest first."""

    JUNIOR = "5", pgettext_lazy("appraisal", "Junior (grade 5)")
    INTERMEDIATE = "4", pgettext_lazy("appraisal", "Intermediate (grade 4)")
    SENIOR = "3", pgettext_lazy("appraisal", "Senior (grade 3)")
    TECHNICIAN = "2", pgettext_lazy("appraisal", "Technician (grade 2)")
    SENIOR_TECHNICIAN = "1", pgettext_lazy("appraisal", "Senior technician (grade 1)")


class AppraisalResult(models.TextChoices):
    PENDING = "pending", pgettext_lazy("appraisal", "Not announced yet")
    PASSED = "passed", pgettext_lazy("appraisal", "Passed")
    FAILED = "failed", pgettext_lazy("appraisal", "Not passed")


class AppraisalRecord(models.Model):
    """行业鉴定: one person's appraisal of a trade. The association's register, of no institution.

    The holder is named by number, not by account, as in the register of post certificates. `lookup` answers number and
    name in one query; nothing is deleted, a record that was wrong is void.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    lookup = models.CharField(max_length=64, db_index=True, editable=False)
    holder_name = models.CharField(max_length=50)
    holder_id_number = EncryptedTextField()
    holder_id_index = models.CharField(max_length=64, db_index=True, editable=False)
    occupation = models.CharField(max_length=40)
    level = models.CharField(max_length=1, choices=AppraisalLevel.choices)
    site = models.CharField(max_length=80)
    region = models.CharField(max_length=40)
    appraised_on = models.DateField()
    result = models.CharField(max_length=8, choices=AppraisalResult.choices, default=AppraisalResult.PENDING)
    entered_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    revealable = ("holder_id_number",)  # to staff, through tenants.accounts.reveal

    class Meta:
        ordering = ["-appraised_on", "number"]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None
