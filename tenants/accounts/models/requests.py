"""What a person asks of us about their own data (PIPL chapter 4)."""

import json
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.accounts.models.people import User
from tenants.crypto import EncryptedTextField


class DataRequest(models.Model):
    """Export, correction, closing of the account; answered within the ruleset's days.

    An export is ready while `file` names a sealed file; closing takes effect at `due_at`, unless the person signs in.
    `wish` of a correction is JSON: `field`, `value`, `why`.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("A copy of my data")
        CORRECT = "correct", _("Correction")
        CLOSE = "close", _("Closing the account")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("data request", "Open")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    wish = EncryptedTextField(null=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    file = models.CharField(max_length=200, blank=True, help_text="sealed file in private storage")
    expires_at = models.DateTimeField(null=True, help_text="when the file is deleted")
    downloaded_at = models.DateTimeField(null=True)
    sealed_files = ("file",)  # written and read through tenants.vault

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=models.Q(state="open"), name="one_open_request_a_kind"
            )
        ]

    # The number that somebody wishes to have: to staff through tenants.accounts.reveal, like the one that is held.
    revealable = ("wished_number",)

    @property
    def wished_number(self) -> str:
        """The ID number of a wished correction; empty when the wish is about something else."""
        wish = json.loads(self.wish) if self.wish else {}
        return str(wish["value"]) if wish.get("field") == "id_number" else ""

    @property
    def holder_name(self) -> str:
        """Whose request it is, for the dialog that shows the number."""
        return str(self.user.name)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
