"""Rights by schema: what a person may do here, not what they may do elsewhere."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import HttpRequest

from tenants.roles.queries import association_schema
from tenants.schema import current_schema

CACHES = ("_user_perm_cache", "_group_perm_cache", "_perm_cache")


class TenantBackend(ModelBackend):
    """Password sign-in by the blind index of the account; permissions of the connection's schema only."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Any:
        """`username` is the blind index of a document, or of a phone that its owner has proved to be theirs.

        Costs one look-up and one hash whether the account exists or not.
        """
        from tenants.accounts.models import User

        if not username or password is None:
            return None
        by_phone = Q(phone_index=username, phone_verified_at__isnull=False, activated_at__isnull=False)
        user = User.objects.filter(Q(id_number_index=username) | by_phone).first()
        if user is None:
            spend_a_hash(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
        if getattr(user_obj, "rights_withheld", False):
            return set()
        schema = current_schema()
        if getattr(user_obj, "_perm_schema", schema) != schema:
            for name in CACHES:
                user_obj.__dict__.pop(name, None)
        user_obj._perm_schema = schema
        permissions = super()._get_permissions(user_obj, obj, from_name)  # type: ignore[misc]
        if schema == association_schema():
            return permissions
        # Otherwise an institution's admin could deactivate the whole province through Wagtail's bulk actions.
        return {name for name in permissions if not name.startswith("accounts.")}

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if getattr(user_obj, "rights_withheld", False):
            return set()
        if getattr(user_obj, "_perm_schema", current_schema()) != current_schema():
            user_obj.__dict__.pop("_perm_cache", None)
        return super().get_all_permissions(user_obj, obj)

    def _get_group_permissions(self, user_obj: Any) -> Any:
        return Permission.objects.filter(group__user=user_obj)


def spend_a_hash(password: str) -> None:
    """What checking a password costs, where there is none to check: the answer takes as long."""
    make_password(password)
