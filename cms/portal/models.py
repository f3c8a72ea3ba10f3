"""建设行业专家库: whom the association calls upon. No telephone and no ID number: what is not kept cannot leak."""

import uuid

from django.db import models


class ExpertQuerySet(models.QuerySet["Expert"]):
    def listed(self) -> "ExpertQuerySet":
        """Those whom the public directory shows."""
        return self.filter(hidden_at=None)


class Expert(models.Model):
    """Public are `name`, `field`, `title` and `region`; `employer` and `remark` are for the association's staff."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=50)
    field = models.CharField(max_length=40)
    title = models.CharField(max_length=40)
    region = models.CharField(max_length=40)
    employer = models.CharField(max_length=80, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ["field", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_listed(self) -> bool:
        return self.hidden_at is None
