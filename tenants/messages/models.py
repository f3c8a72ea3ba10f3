"""The SMS outbox: a row is written with the business change and sent afterwards, at most once."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.crypto import EncryptedTextField


class SmsState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Outcome unknown")  # it may have left, so it never goes again


class Sms(models.Model):
    """One message. `key` makes queueing idempotent; the text is encrypted because it may carry a code or a name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, blank=True, help_text="for the caps and the search of the log")
    template = models.CharField(max_length=40)
    text = EncryptedTextField()
    holds_code = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=SmsState.choices, default=SmsState.QUEUED)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    gateway_reference = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "not_before"]),
            models.Index(fields=["phone_index", "-created_at"]),
            models.Index(fields=["institution", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
