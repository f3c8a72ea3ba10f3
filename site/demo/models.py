"""What the build of the demo province has done; the rows are also the mark without which nothing here may write."""

from django.db import models


class Step(models.Model):
    """One step of the build, written in the same transaction as what the step did."""

    name = models.CharField(max_length=60, unique=True)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
