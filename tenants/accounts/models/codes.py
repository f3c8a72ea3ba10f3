"""Six-digit codes by SMS: for a person we know, or for a phone whose owner is not known yet."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models.people import User


class CodePurpose(models.TextChoices):
    FIRST_SIGN_IN = "first", _("First sign-in")
    SIGN_IN = "sign_in", _("Sign-in")
    PASSWORD = "password", _("Password")
    REGISTER = "register", _("Registration")
    OLD_PHONE = "old_phone", _("Change of phone: old number")
    NEW_PHONE = "new_phone", _("Change of phone: new number")
    APPLY = "apply", _("Application of an institution")
    DATA = "data", _("Request about one's data")


class PhoneCode(models.Model):
    """A six-digit code: five minutes, five tries, once. `user` is empty while nobody is known by this phone."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="phone_codes")
    phone_index = models.CharField(max_length=64, blank=True)
    address_index = models.CharField(max_length=64, blank=True, help_text="blind index of the asker's address")
    institution = models.ForeignKey("tenants.Institution", models.CASCADE, null=True, related_name="+")
    purpose = models.CharField(max_length=16, choices=CodePurpose.choices)
    code_index = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "purpose", "-created_at"]),
            models.Index(fields=["phone_index", "-created_at"]),
            models.Index(fields=["address_index", "-created_at"]),
            models.Index(fields=["institution", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} code"
