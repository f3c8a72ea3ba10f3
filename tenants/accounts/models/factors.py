"""The second factor of staff: an authenticator app (RFC 6238) and recovery codes."""

import uuid

from django.db import models

from tenants.accounts.models.people import User
from tenants.crypto import EncryptedTextField


class Authenticator(models.Model):
    """One person's authenticator app. Counts once a first code was right (`confirmed_at`)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="authenticator")
    key = EncryptedTextField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=-1, help_text="time step of the last code that was taken: none is twice")
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class RecoveryCode(models.Model):
    """One of the codes for the day the phone is lost. Works once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    code_index = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_index"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class SupportGrant(models.Model):
    """Leave for one person of the association to work at one institution, for a reason and for a time.

    The institution sees it. While it runs the person holds `role` there; it is never a superuser's right.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="support_grants")
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="support_grants")
    role = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["institution", "-created_at"])]

    def __str__(self) -> str:
        return f"support of {self.user_id} at {self.institution_id}"
