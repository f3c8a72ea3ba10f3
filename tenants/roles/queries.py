"""Who holds which role in the connection's schema."""

from typing import Any

from django.db.models import Q

from tenants.roles.models import GroupMembership
from tenants.schema import current_schema

ASSOCIATION_SCHEMA = "association"


def association_schema() -> str:
    """The schema of the association: fixed, because it is the root of all rights."""
    return ASSOCIATION_SCHEMA


def roles_of(user: Any) -> set[str]:
    """Codes of the roles (group names) of `user` in this schema, cached on the user until the schema changes."""
    if not user.is_authenticated or current_schema() == "public":
        return set()
    cached = user.__dict__.get("_roles_here")
    if cached is None or cached[0] != current_schema():
        names = set(GroupMembership.objects.filter(user_id=user.pk).values_list("group__name", flat=True))
        user.__dict__["_roles_here"] = cached = (current_schema(), names)
    return cached[1]


def staff() -> Any:
    """Memberships of this schema, with person and role."""
    return (
        GroupMembership.objects.select_related("user", "group")
        .filter(~Q(group__name=""))
        .order_by("user__name_pinyin", "group__name")
    )
