"""People: one identity in the whole province, known by ID number."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from tenants.accounts.rules import account_of
from tenants.crypto import EncryptedTextField, blind_index


class Gender(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class DocumentKind(models.TextChoices):
    RESIDENT_ID = "resident_id", _("Resident ID card")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit (Hong Kong, Macao, Taiwan)")
    PASSPORT = "passport", _("Passport")


def document_index(kind: str, number: str) -> str:
    """What a document is looked up by. Passports have a namespace of their own: no other number collides with one."""
    return blind_index("passport" if kind == DocumentKind.PASSPORT else "id_number", number)


def number_index(number: str) -> str:
    """The same for a number whose kind nobody noted (the register of post certificates): 18 digits, or a passport's."""
    space, text = account_of(number)
    return blind_index("passport" if space == "passport" else "id_number", text)


def pinyin_of(name: str) -> str:
    """What a name is searched by."""
    return "".join(lazy_pinyin(name))[:120]


class UserManager(BaseUserManager["User"]):
    def by_id_number(self, id_number: str) -> "User | None":
        """The person of this ID card or residence permit, or None. Equality through the blind index."""
        return self.by_document(DocumentKind.RESIDENT_ID, id_number)

    def by_document(self, kind: str, number: str) -> "User | None":
        """The person of this document (`number` as `rules.normalised_document` gives it), or None."""
        return self.filter(id_number_index=document_index(kind, number)).first()

    def by_phone(self, phone: str) -> "User | None":
        """The person who has proved that this number is theirs, or None (what others wrote down is no proof)."""
        return self.filter(phone_index=blind_index("phone", phone), phone_verified_at__isnull=False).first()


class User(AbstractBaseUser, PermissionsMixin):
    """Everybody: trainees, staff of institutions, staff of the association."""

    # Editable only for Wagtail's user form, which lists the name field; that form is not reachable (cms.wagtail_hooks).
    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    document_kind = models.CharField(max_length=20, choices=DocumentKind.choices, default=DocumentKind.RESIDENT_ID)
    id_number = EncryptedTextField()
    id_number_index = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=50)
    name_pinyin = models.CharField(max_length=120, blank=True, editable=False)
    gender = models.CharField(max_length=8, choices=Gender.choices, blank=True)
    phone = EncryptedTextField(null=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(
        null=True, blank=True, help_text="first sign-in completed: SMS code and new password"
    )
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    password_set_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="the person closed the account")
    anonymised_at = models.DateTimeField(null=True, blank=True, help_text="retention is over, nothing names anybody")

    # Rights live in every schema, through explicit tables (see tenants.roles).
    groups = models.ManyToManyField(  # type: ignore[assignment]
        "auth.Group", through="roles.GroupMembership", related_name="user_set", related_query_name="user", blank=True
    )
    user_permissions = models.ManyToManyField(  # type: ignore[assignment]
        "auth.Permission",
        through="roles.UserPermission",
        related_name="user_set",
        related_query_name="user",
        blank=True,
    )

    objects = UserManager()
    revealable = ("id_number", "phone")  # to staff, through tenants.accounts.reveal

    class Meta:
        constraints = [
            # A phone that somebody has proved is theirs belongs to no second person; sign-in by phone relies on it.
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=Q(phone_verified_at__isnull=False) & ~Q(phone_index=""),
                name="one_person_a_phone",
            )
        ]

    USERNAME_FIELD = "uuid"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        return str(self.uuid)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """Wagtail's menus print it; a Chinese name is not split."""
        return self.name

    def set_identity(self, *, id_number: str, phone: str | None = None) -> None:
        """Set the encrypted numbers together with their indexes; `document_kind` stands before."""
        self.id_number = id_number
        self.id_number_index = document_index(self.document_kind, id_number)
        if phone is not None:
            self.set_phone(phone)

    def set_phone(self, phone: str) -> None:
        self.phone = phone
        self.phone_index = blind_index("phone", phone)

    # Set by tenants.gate in requests and sockets: the flag in memory is not the one to store, and rights count only
    # in a session that has shown a second factor.
    is_gated = False
    has_stored_superuser = False
    rights_withheld = False
    support_until: datetime | None = None

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_pinyin = pinyin_of(self.name)
        if self.is_gated and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                f.name for f in self._meta.concrete_fields if f.name not in ("id", "is_superuser")
            ]
        super().save(*args, **kwargs)
