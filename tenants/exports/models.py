"""Files that a worker makes of lists and archives, each for the one who asked."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped


class Format(models.TextChoices):
    XLSX = "xlsx", _("Excel (.xlsx)")
    CSV = "csv", _("Text table (.csv)")
    ZIP = "zip", _("Archive (.zip)")


class JobState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("export", "Waiting")
    RUNNING = "running", pgettext_lazy("export", "Being made")
    DONE = "done", pgettext_lazy("export", "Ready")
    FAILED = "failed", pgettext_lazy("export", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("export", "Cancelled")


class ExportJob(models.Model):
    """One file on its way. `what` names the list (`tenants.exports.lists`) or the archive; `asked` is JSON: the words
    the list was filtered by, which may be somebody's name. The row goes with its file when `expires_at` is over."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="export_jobs")
    what = models.CharField(max_length=40)
    columns = models.JSONField(default=list)
    asked = EncryptedTextField()
    format = models.CharField(max_length=4, choices=Format.choices)
    full = models.BooleanField(default=False, help_text="numbers of people whole, not masked")
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0, help_text="how many workers have begun it")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True, help_text="code of why it failed")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    downloaded_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=200, blank=True, help_text="sealed file in private storage")
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the file as it is downloaded")
    sealed_files = ("file",)  # written and read through tenants.vault

    objects = scoped()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["by", "institution", "-id"], name="exports_of_one"),
            models.Index(fields=["id"], name="exports_waiting", condition=models.Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.state}"

    @property
    def is_running(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is, whole and cut; 100 only when it is ready."""
        if self.state == JobState.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0
