"""What happens to the register of post certificates: changes by hand, and certificates that institutions miss in it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from learning.models.catalogue import Position
from learning.models.enrolment import PostCertificate
from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped


class PostCertificateChange(models.Model):
    """Why a row of the register was changed, and what stood there before. That it was, by whom and when, is in the
    audit trail too, whose entry names this row; here is what the trail must not hold."""

    class Kind(models.TextChoices):
        CORRECTED = "corrected", _("Corrected")
        REVOKED = "revoked", _("Revoked")
        RESTORED = "restored", _("Revocation taken back")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    certificate = models.ForeignKey(PostCertificate, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    values = EncryptedTextField(null=True, help_text="JSON of a correction: field → [before, after]")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind}"


class CertificateClaim(models.Model):
    """An institution (or the holder there) says that a post certificate exists which the register does not hold."""

    class State(models.TextChoices):
        WAITING = "waiting", _("To be checked")
        ENTERED = "entered", _("Entered into the register")
        REFUSED = "refused", _("Not entered")

    sealed_files = ("scan",)
    revealable = ("holder_id_number",)  # to staff, through tenants.accounts.reveal

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    holder_id_number = EncryptedTextField()
    holder_id_index = models.CharField(max_length=64, db_index=True, editable=False)
    holder_name = models.CharField(max_length=50)
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    issued_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    scan = models.CharField(max_length=100, blank=True, help_text="a JPEG drawn anew by us, sealed")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    by_holder = models.BooleanField(default=False, help_text="claimed by the holder, not by staff")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True, help_text="read by who claimed")
    certificate = models.ForeignKey(PostCertificate, models.PROTECT, null=True, blank=True, related_name="+")
    noted_at = models.DateTimeField(null=True, blank=True, help_text="the institution has read the answer")
    emptied_at = models.DateTimeField(null=True, blank=True, help_text="retention: nothing names the holder any more")

    objects = scoped()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "number", "holder_id_index"],
                condition=models.Q(state="waiting"),
                name="one_waiting_claim",
            ),
            models.CheckConstraint(
                name="claim_decided_by_somebody",
                condition=models.Q(state="waiting", decided_by=None, decided_at=None)
                | models.Q(~models.Q(state="waiting"), decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="claim_queue")]

    def __str__(self) -> str:
        return str(self.uuid)
