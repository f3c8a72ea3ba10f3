"""Sheets that were handed in: what is in them, what became of each row, and who did it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from tenants.crypto import EncryptedTextField
from tenants.scopes import scoped


class BatchState(models.TextChoices):
    READING = "reading", pgettext_lazy("import", "Being read")
    READY = "ready", pgettext_lazy("import", "To confirm")
    REFUSED = "refused", pgettext_lazy("import", "Not readable")
    DROPPED = "dropped", pgettext_lazy("import", "Dropped")
    RUNNING = "running", pgettext_lazy("import", "Running")
    STOPPED = "stopped", pgettext_lazy("import", "Stopped")
    DONE = "done", pgettext_lazy("import", "Done")
    UNDOING = "undoing", pgettext_lazy("import", "Being taken back")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    FAILED = "failed", pgettext_lazy("import", "Failed")


class Verdict(models.TextChoices):
    """What a row would do."""

    NEW = "new", pgettext_lazy("row", "New")
    CHANGED = "changed", pgettext_lazy("row", "Changed")
    UNCHANGED = "unchanged", pgettext_lazy("row", "Unchanged")
    REFUSED = "refused", pgettext_lazy("row", "Refused")


class ImportBatch(models.Model):
    """One sheet. The association's are its own institution's. `options` hold keys and switches, nothing of people."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    kind = models.SlugField(max_length=30)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.READING)
    file_name = models.CharField(max_length=120)
    file_size = models.PositiveIntegerField(help_text="bytes")
    file_hash = models.CharField(max_length=64, help_text="SHA-256")
    file = models.CharField(max_length=200, blank=True)
    rows_file = models.CharField(max_length=200, blank=True, help_text="the rows as they were read")
    options = models.JSONField(default=dict)
    language = models.CharField(max_length=10, help_text="in which the clerk reads what is wrong")
    unknown_columns = models.JSONField(default=list)
    refusal = models.CharField(max_length=40, blank=True, help_text="why the whole sheet cannot be used")
    refusal_words = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often a worker took it up")

    total = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0, help_text="rows that the run has dealt with")
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text="the last sign of life")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_refusal_words = models.CharField(max_length=300, blank=True, help_text="why it could not be taken back")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    sealed_files = ("file", "rows_file")

    objects = scoped()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "changed_at"])]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        """How much of the run is done."""
        return 100 * self.settled // self.total if self.total else 0


class ImportRow(models.Model):
    """One row of people of a sheet, by the number that the spreadsheet program shows.

    The cells stay in the sealed file. `problems` are pairs of column name ("" for the whole row) and sentence.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    problems = models.JSONField(default=list)
    settled = models.BooleanField(default=False, help_text="the run has dealt with it; `verdict` is what came of it")
    made = models.JSONField(default=dict, help_text="keys of the rows that it made or changed, by their kind")
    before = EncryptedTextField(null=True, help_text="JSON of what it changed: `was` and `wrote`, by field")

    objects = scoped("batch__institution")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_a_number")]
        indexes = [models.Index(fields=["batch", "verdict", "number"])]

    def __str__(self) -> str:
        return str(self.number)
