"""The append-only record of what was done, by whom, to what."""

import uuid

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One act. A database trigger refuses UPDATE and DELETE. `data` holds no personal data."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["institution", "-id"]),
            models.Index(fields=["actor", "-id"], name="audit_entry_of_actor"),
            models.Index(fields=["action", "-id"], name="audit_entry_of_action"),
            models.Index(fields=["at"], name="audit_entry_of_time"),
        ]

    def __str__(self) -> str:
        return self.action


class Seal(models.Model):
    """A link of the hash chain over committed entries, in the order in which the sealer met them."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.hash[:12]
