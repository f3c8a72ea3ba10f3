"""Who holds which role in the connection's schema."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, Subquery

from tenants.accounts.models import Authenticator, SignedIn
from tenants.models import Institution
from tenants.roles.models import GroupMembership
from tenants.schema import current_schema

ASSOCIATION_SCHEMA = "association"


def association_schema() -> str:
    """The schema of the association: fixed, because it is the root of all rights."""
    return ASSOCIATION_SCHEMA


def roles_of(user: Any) -> set[str]:
    """Codes of the roles (group names) of `user` in this schema, cached on the user until the schema changes.

    Empty for somebody whose session owes a second factor (`tenants.gate`).
    """
    if not user.is_authenticated or current_schema() == "public" or getattr(user, "rights_withheld", False):
        return set()
    cached: tuple[str, set[str]] | None = getattr(user, "_roles_here", None)
    if cached is None or cached[0] != current_schema():
        names = set(GroupMembership.objects.filter(user_id=user.pk).values_list("group__name", flat=True))
        user._roles_here = cached = (current_schema(), names)  # not through __dict__: request.user is a proxy
    return cached[1]


def load_roles(user: Any, *, at: datetime) -> None:
    """Read the roles of `user` here once; those that have run out are removed first, so that nobody sees them.

    Sets `user.support_until` to the end of a temporary role, or None.
    """
    rows = list(GroupMembership.objects.filter(user_id=user.pk).values_list("group__name", "until"))
    if any(until is not None and until <= at for _name, until in rows):
        from tenants.accounts.support import expire_due  # support gives roles: it stands above this module

        expire_due(at=at)
        GroupMembership.objects.filter(user_id=user.pk, until__lte=at).delete()  # also what no grant knows
        rows = list(GroupMembership.objects.filter(user_id=user.pk).values_list("group__name", "until"))
    running = [(name, until) for name, until in rows if until is None or until > at]
    user._roles_here = (current_schema(), {name for name, _until in running})
    user.support_until = max((until for _name, until in running if until is not None), default=None)


def holds_rights(user: Any, *, at: datetime) -> bool:
    """True when a role of `user` is stored here, whether this session may use it or not."""
    return GroupMembership.objects.filter(Q(until=None) | Q(until__gt=at), user_id=user.pk).exists()


def staff(institution: Institution) -> Any:
    """Memberships of this schema with person and role, and how the person stands: one query.

    `has_factor`, `last_here_at` (last sign-in at `institution`).
    """
    last = SignedIn.objects.filter(user=OuterRef("user"), institution=institution).order_by()
    return (
        GroupMembership.objects.select_related("user", "group")
        .filter(~Q(group__name=""), until=None)
        .annotate(
            has_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"), confirmed_at__isnull=False)),
            last_here_at=Subquery(last.values("user").annotate(last=Max("opened_at")).values("last")),
        )
        .order_by("user__name_pinyin", "user_id", "group__name")
    )
