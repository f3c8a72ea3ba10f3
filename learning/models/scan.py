"""Scans of the papers that an application for enrolment rests on."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from learning.models.enrolment import Enrolment
from tenants.scopes import scoped


class ScanKind(models.TextChoices):
    ID_CARD = "id_card", _("ID card")
    POST_CERTIFICATE = "post_certificate", pgettext_lazy("papers", "Post certificate")


class EnrolmentScan(models.Model):
    """One picture, drawn anew by us and sealed. Without an enrolment it waits for the application to be sent.

    It serves one purpose, that a clerk sees the papers: `learning.services.scans` deletes row and file after it.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    institution = models.ForeignKey("tenants.Institution", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrolment_scans")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, blank=True, related_name="scans")
    kind = models.CharField(max_length=20, choices=ScanKind.choices)
    file = models.CharField(max_length=200)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sealed_files = ("file",)

    objects = scoped()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "kind"], name="one_scan_of_a_kind"),
            models.UniqueConstraint(
                fields=["institution", "user", "kind"],
                condition=models.Q(enrolment=None),
                name="one_waiting_scan_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uploaded_at:%Y-%m-%d}"
