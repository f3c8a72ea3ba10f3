"""Colleagues and their roles here: rows of GroupMembership in this schema, never of accounts.User."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms import colleagues
from cms.desk import access
from tenants.roles.roles import INSTITUTION_ROLES, Role


def _meaning(role: Role) -> str:
    return {
        Role.MANAGER: _("everything here, and who is staff"),
        Role.EDITOR: _("writes pages, notices and fee notices; a manager publishes them"),
        Role.REGISTRAR: _("enrolments and the confirmation of profiles"),
        Role.VIEWER: _("reads lists, changes nothing"),
    }[role]


OFFICE = colleagues.Office(INSTITUTION_ROLES, "desk:staff", "desk:staff_role", "desk:staff_remove", _meaning)


@access.desk_view(*access.MANAGERS)
def index(request: HttpRequest) -> HttpResponse:
    """The list, and adding a person by ID number and name."""
    return colleagues.page(request, OFFICE)


@require_POST
@access.desk_view(*access.MANAGERS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role."""
    return colleagues.change(request, pk, OFFICE)


@require_POST
@access.desk_view(*access.MANAGERS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """No role any more."""
    return colleagues.remove(request, pk, OFFICE)
