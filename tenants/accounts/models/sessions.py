"""Where a person is signed in: known browsers, open sessions, tickets between hosts."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models.people import User


class KnownDevice(models.Model):
    """A browser in which this person has already entered a code."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_devices")
    token_index = models.CharField(max_length=64)
    label = models.CharField(max_length=120, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "token_index"], name="one_known_device")]

    def __str__(self) -> str:
        return self.label


class SignedIn(models.Model):
    """One session of a person: what the sessions page lists and what "sign out everywhere" ends."""

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        ELSEWHERE = "elsewhere", _("Ended from another device")
        PASSWORD = "password", _("Password changed")
        PHONE = "phone", _("Phone changed")
        EXPIRED = "expired", _("Expired")
        CLOSED = "closed", _("Account closed")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    institution = models.ForeignKey("tenants.Institution", models.CASCADE, related_name="+")
    label = models.CharField(max_length=120, blank=True, help_text="browser and system in words")
    address = models.CharField(max_length=45, blank=True, help_text="the network only: 113.88.*.*")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    second_factor_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-opened_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.institution_id}"


class HandOff(models.Model):
    """A single-use, 30-second ticket that carries a sign-in from the portal to an institution's host."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    institution = models.ForeignKey("tenants.Institution", models.CASCADE, related_name="+")
    token_index = models.CharField(max_length=64, unique=True)
    second_factor = models.BooleanField(default=False, help_text="the session it comes from had shown one")
    next = models.CharField(max_length=200, blank=True, help_text="path on the institution's host")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hand-off to {self.institution_id}"
