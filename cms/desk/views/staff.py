"""Colleagues and their roles here: rows of GroupMembership in this schema, never of accounts.User."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.desk import access
from cms.desk.forms import StaffForm
from tenants.accounts.models import User
from tenants.accounts.rules import normalised_id_number
from tenants.accounts.services import IdentityConflict
from tenants.errors import DomainError
from tenants.roles import queries
from tenants.roles.models import GroupMembership
from tenants.roles.roles import INSTITUTION_ROLES, Role
from tenants.roles.services import grant_role, revoke_role


@access.desk_view(*access.MANAGERS)
def index(request: HttpRequest) -> HttpResponse:
    """The list, and adding a person by ID number and name."""
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = _person(form)
            grant_role(person, form.cleaned_data["role"], by=request.user, at=now())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request,
                _("%(name)s now has the role %(role)s.")
                % {"name": person.name, "role": form.cleaned_data["role"].label},
            )
            return redirect("desk:staff")
    memberships = list(queries.staff())
    for membership in memberships:
        membership.role = Role(membership.group.name) if membership.group.name in Role.values else None
    context = {
        "title": _("Colleagues"),
        "memberships": memberships,
        "form": form,
        "meanings": [(role.label, _meaning(role)) for role in INSTITUTION_ROLES],
    }
    return render(request, "desk/staff.html", context, status=400 if form.errors else 200)


def _person(form: StaffForm) -> User:
    """The account of number and name. Refused in the same words whether the number is unknown or the name differs."""
    person = User.objects.by_id_number(normalised_id_number(form.cleaned_data["id_number"]))
    if person is None or person.name != form.cleaned_data["name"] or not person.is_active:
        raise IdentityConflict(
            _("No account has this ID number and name. The person must have registered before; check both on the card.")
        )
    return person


def _meaning(role: Role) -> str:
    return {
        Role.MANAGER: _("everything here, and who is staff"),
        Role.EDITOR: _("pages, notices, fee notice"),
        Role.REGISTRAR: _("enrolments and the confirmation of profiles"),
        Role.VIEWER: _("reads lists, changes nothing"),
    }[role]


@require_POST
@access.desk_view(*access.MANAGERS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one role away; nobody takes away their own management, so that somebody is always left."""
    membership = get_object_or_404(GroupMembership.objects.select_related("user", "group"), pk=pk)
    role = membership.group.name
    if role == Role.MANAGER and membership.user_id == request.user.pk:
        messages.error(request, _("You cannot take away your own role as manager. Another manager can."))
    elif role in Role.values:
        revoke_role(membership.user, Role(role), by=request.user, at=now())
        messages.success(request, _("%(name)s no longer has this role.") % {"name": membership.user.name})
    return redirect("desk:staff")
