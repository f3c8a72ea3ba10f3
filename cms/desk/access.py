"""Who does what at an institution's desk (DOMAIN: roles of institutions)."""

from collections.abc import Callable

from cms.frame import View, staff_view
from tenants.models import Kind
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role

CLERKS = (Role.MANAGER, Role.REGISTRAR)
READERS = (Role.MANAGER, Role.REGISTRAR, Role.VIEWER)
MANAGERS = (Role.MANAGER,)
EDITORS = (Role.MANAGER, Role.EDITOR)
EVERYBODY = (Role.MANAGER, Role.EDITOR, Role.REGISTRAR, Role.VIEWER)

__all__ = ["CLERKS", "EDITORS", "EVERYBODY", "MANAGERS", "READERS", "desk_view", "has_role"]


def desk_view(*roles: Role, change: tuple[Role, ...] = ()) -> Callable[[View], View]:
    """A screen of one institution; the middleware has opened its scope."""
    return staff_view(Kind.INSTITUTION, *roles, change=change)
