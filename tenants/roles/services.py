"""Give and take roles, in the connection's schema."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.roles.models import GroupMembership
from tenants.roles.roles import ASSOCIATION_ROLES, INSTITUTION_ROLES, Role
from tenants.schema import current_schema


class RoleNotHere(DomainError):
    code = "role.not_here"
    message = _("This role does not exist at this organisation.")
    status = 400


def ensure_groups(institution: Institution) -> None:
    """Create the groups of the institution's kind in its schema, each allowed into the Wagtail admin."""
    access = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for role in ASSOCIATION_ROLES if institution.is_association else INSTITUTION_ROLES:
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.add(access)


def grant_role(user: Any, role: Role, *, by: Any, at: datetime) -> GroupMembership:
    """Give `user` a role in the connection's schema. Idempotent. Raises `RoleNotHere`."""
    with transaction.atomic():
        group = Group.objects.filter(name=role.value).first()
        if group is None:
            raise RoleNotHere
        membership, created = GroupMembership.objects.get_or_create(user=user, group=group)
        if created:
            record("role.granted", actor=by, subject=user, institution=_tenant(), at=at, role=role.value)
    user.__dict__.pop("_roles_here", None)
    return membership


def revoke_role(user: Any, role: Role, *, by: Any, at: datetime) -> None:
    """Take a role away in the connection's schema."""
    with transaction.atomic():
        deleted, _rows = GroupMembership.objects.filter(user=user, group__name=role.value).delete()
        if deleted:
            record("role.revoked", actor=by, subject=user, institution=_tenant(), at=at, role=role.value)
    user.__dict__.pop("_roles_here", None)


def _tenant() -> Institution | None:
    return Institution.objects.filter(schema_name=current_schema()).first()
