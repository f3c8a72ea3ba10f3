"""Doors of views: by role, in the connection's schema."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tenants.roles.queries import roles_of
from tenants.roles.roles import Role

View = Callable[..., HttpResponse]


def has_role(user: Any, *roles: Role) -> bool:
    """True when `user` holds one of `roles` here or is a superuser, which the gate allows at the association only."""
    return bool(user.is_superuser or roles_of(user) & {str(role) for role in roles})


def role_required(*roles: Role) -> Callable[[View], View]:
    """Answer 403 with a sentence to whoever holds none of `roles` in this schema."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request.user, *roles):
                names = "、".join(str(role.label) for role in roles)
                raise PermissionDenied(_("This needs the role: %(roles)s. Ask your administrator.") % {"roles": names})
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
