"""Rights by schema: what a person may do here, not what they may do elsewhere."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.http import HttpRequest

from tenants.crypto import blind_index
from tenants.roles.queries import association_schema
from tenants.schema import current_schema

CACHES = ("_user_perm_cache", "_group_perm_cache", "_perm_cache")


class TenantBackend(ModelBackend):
    """Password sign-in by the blind index of the account; permissions of the connection's schema only."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Any:
        """`username` is the blind index of the ID number. Costs the same for unknown accounts."""
        from tenants.accounts.models import User

        if not username or password is None:
            return None
        user = User.objects.filter(id_number_index=username).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def _get_permissions(self, user_obj: Any, obj: Any, from_name: str) -> set[str]:
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
        if getattr(user_obj, "_perm_schema", current_schema()) != current_schema():
            user_obj.__dict__.pop("_perm_cache", None)
        return super().get_all_permissions(user_obj, obj)

    def _get_group_permissions(self, user_obj: Any) -> Any:
        return Permission.objects.filter(group__user=user_obj)


def account_index(account: str) -> str:
    """What a typed account (an ID number) is looked up by."""
    return blind_index("id_number", account)
