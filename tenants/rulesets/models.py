"""The rules of the province as data: what a province may decide otherwise is a value here."""

import uuid

from django.conf import settings
from django.db import models


class Ruleset(models.Model):
    """A named set of values, in force from a moment until the next one. Published sets are never edited."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80, unique=True)
    values = models.JSONField(
        default=dict, help_text="section → field → value; what is missing has the default of the code"
    )
    in_force_from = models.DateTimeField(null=True, blank=True, help_text="empty: a draft")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-in_force_from"]

    def __str__(self) -> str:
        return self.name
