"""Institutions: one row and one schema each. The association is one of them; public serves no page."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tenants.models import DomainMixin, TenantMixin

from tenants.crypto import EncryptedTextField

HEX_COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour like #0B6B4F"))


class Kind(models.TextChoices):
    ASSOCIATION = "association", _("Association")
    INSTITUTION = "institution", _("Institution")
    TEMPLATE = "template", _("Template")


class State(models.TextChoices):
    """Of an institution that is open; who has only applied is an `Application` and has no schema."""

    APPROVED = "approved", _("Approved")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", pgettext_lazy("institution", "Closed")


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def training(self) -> "InstitutionQuerySet":
        """The training institutions: neither the association nor the template schema."""
        return self.filter(kind=Kind.INSTITUTION)


class Institution(TenantMixin):
    """A tenant: own schema, own branded site, own editors."""

    # The schema is made by services.open_institution, outside the row's own save.
    auto_create_schema = False
    auto_drop_schema = False

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.INSTITUTION)
    state = models.CharField(max_length=16, choices=State.choices, default=State.APPROVED)
    state_since = models.DateTimeField(null=True, blank=True)
    state_reason = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=16, unique=True)
    credit_code = models.CharField(max_length=18, blank=True, help_text="unified social credit code (GB 32100)")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=12)
    slogan = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    service_hours = models.CharField(max_length=60, blank=True)
    contact_name = models.CharField(max_length=40, blank=True)
    footer_text = models.CharField(max_length=200, blank=True)
    icp_number = models.CharField(max_length=40, blank=True)
    police_number = models.CharField(max_length=40, blank=True)
    position_codes = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    brand_main = models.CharField(max_length=7, validators=[HEX_COLOUR], default="#1d4f8b")
    brand_accent = models.CharField(max_length=7, validators=[HEX_COLOUR], default="#b3261e")
    palette = models.JSONField(default=dict, blank=True, help_text="roles → colours, written by services.brand")
    logo_key = models.SlugField(
        max_length=20, blank=True, help_text="symbol of the logo sprite, until a logo is uploaded"
    )
    logo_digest = models.CharField(max_length=16, blank=True, editable=False, help_text="of the uploaded logo")
    opened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_association(self) -> bool:
        return self.kind == Kind.ASSOCIATION

    @property
    def is_live(self) -> bool:
        """True while people may study, enrol and edit here."""
        return self.state == State.APPROVED

    @property
    def host(self) -> str:
        """The primary host name, without port."""
        domain = next((d.domain for d in self.domains.all() if d.is_primary), "")
        return domain


class Domain(DomainMixin):
    """A host name that leads to an institution."""


class Logo(models.Model):
    """An institution's own logo, re-encoded by us. In the database: it changes with the row and is never an orphan."""

    institution = models.OneToOneField(Institution, models.CASCADE, related_name="logo")
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"logo of {self.institution_id}"


class Application(models.Model):
    """An institution that asks to be opened. Nothing is made for it before the association approves."""

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=12)
    credit_code = models.CharField(max_length=18)
    code = models.CharField(max_length=16, help_text="wished letters of the address")
    region = models.CharField(max_length=40)
    address = models.CharField(max_length=120, blank=True)
    position_codes = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    contact_name = models.CharField(max_length=50)
    contact_id_number = EncryptedTextField()
    contact_phone = EncryptedTextField()
    contact_phone_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    statement = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, related_name="applications")

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name


class OpeningDraft(models.Model):
    """What somebody has typed into the opening wizard so far; gone once the institution is open or the draft dropped.

    The content is encrypted because it holds the first manager's numbers.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    application = models.ForeignKey(Application, models.CASCADE, null=True, related_name="drafts")
    content = EncryptedTextField()
    logo = models.BinaryField(null=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "application"], nulls_distinct=False, name="one_opening_draft")
        ]

    def __str__(self) -> str:
        return f"draft of {self.owner_id}"
