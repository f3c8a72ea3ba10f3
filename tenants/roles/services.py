"""Give, change and take roles, in the connection's schema."""

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

# Who gives roles at each kind of tenant: somebody must always be left.
HEADS = (Role.SUPERADMIN, Role.MANAGER)


class RoleNotHere(DomainError):
    code = "role.not_here"
    message = _("This role does not exist at this organisation.")
    status = 400


class LastHead(DomainError):
    code = "role.last_head"
    message = _("This is the last person who can give roles here. Give somebody else this role first.")


class RoleHeld(DomainError):
    code = "role.held"
    message = _("This person has this role already.")


def ensure_groups(institution: Institution) -> None:
    """Create the groups of the institution's kind in its schema, each allowed into the Wagtail admin."""
    access = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for role in ASSOCIATION_ROLES if institution.is_association else INSTITUTION_ROLES:
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.add(access)


def grant_role(user: Any, role: Role, *, by: Any, at: datetime, until: datetime | None = None) -> GroupMembership:
    """Give `user` a role in the connection's schema, for good or `until` a moment. Idempotent. Raises `RoleNotHere`."""
    with transaction.atomic():
        group = Group.objects.filter(name=role.value).first()
        if group is None:
            raise RoleNotHere
        membership, created = GroupMembership.objects.get_or_create(user=user, group=group, defaults={"until": until})
        if created:
            record("role.granted", actor=by, subject=user, institution=_tenant(), at=at, role=role.value)
        elif until is None and membership.until is not None:
            membership.until = None  # somebody on support becomes one of the staff
            membership.save(update_fields=["until"])
            record("role.granted", actor=by, subject=user, institution=_tenant(), at=at, role=role.value)
    user.__dict__.pop("_roles_here", None)
    return membership


def change_role(membership: GroupMembership, role: Role, *, by: Any, at: datetime) -> GroupMembership:
    """Another role in place of this one. Raises `RoleNotHere`, `RoleHeld`, `LastHead`."""
    with transaction.atomic():
        group = Group.objects.filter(name=role.value).first()
        if group is None:
            raise RoleNotHere
        if GroupMembership.objects.filter(user_id=membership.user_id, group=group).exists():
            raise RoleHeld
        _keep_a_head(membership)
        was, membership.group = membership.group.name, group
        membership.save(update_fields=["group"])
        record(
            "role.changed", actor=by, subject=membership.user, institution=_tenant(), at=at, was=was, role=role.value
        )
    return membership


def revoke_role(user: Any, role: Role, *, by: Any, at: datetime) -> None:
    """Take a role away in the connection's schema."""
    with transaction.atomic():
        deleted, _rows = GroupMembership.objects.filter(user=user, group__name=role.value).delete()
        if deleted:
            record("role.revoked", actor=by, subject=user, institution=_tenant(), at=at, role=role.value)
    user.__dict__.pop("_roles_here", None)


def remove_staff(membership: GroupMembership, *, by: Any, at: datetime) -> None:
    """Take this role away, unless nobody would be left who can give roles. Raises `LastHead`."""
    with transaction.atomic():
        _keep_a_head(membership)
        revoke_role(membership.user, Role(membership.group.name), by=by, at=at)


def _keep_a_head(membership: GroupMembership) -> None:
    """Refuse to touch the last head. The group's row is the lock: two heads cannot remove each other at once."""
    if membership.group.name not in HEADS:
        return
    Group.objects.select_for_update().get(pk=membership.group_id)
    heads = GroupMembership.objects.filter(group=membership.group_id, until=None, user__is_active=True)
    if not heads.exclude(pk=membership.pk).exists():
        raise LastHead


def _tenant() -> Institution | None:
    return Institution.objects.filter(schema_name=current_schema()).first()
