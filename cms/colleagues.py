"""The staff screen of both kinds of tenant: who works here in which role, taken on by ID number and name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.accounts import staffing
from tenants.accounts.models import User
from tenants.accounts.rules import BadDocument, BadName, BadPhone
from tenants.errors import DomainError
from tenants.roles import queries, services
from tenants.roles.models import GroupMembership
from tenants.roles.roles import Role

# At which field an error of the services stands; every other stands above the form.
FIELD_OF: dict[type[DomainError], str] = {
    BadDocument: "id_number",
    BadName: "name",
    BadPhone: "phone",
    staffing.NobodyYet: "phone",
    services.RoleHeld: "role",
}


@dataclass(frozen=True)
class Office:
    """What differs between an institution and the association."""

    roles: tuple[Role, ...]
    page: str  # url names
    change: str
    remove: str
    meaning: Callable[[Role], str]
    reset: str = ""


class ColleagueForm(forms.Form):
    """Number, name and role; a phone only for somebody who has no account yet."""

    id_number = forms.CharField(
        label=gettext_lazy("ID number"), max_length=24, help_text=gettext_lazy("as on the card; 18 digits")
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=50, help_text=gettext_lazy("as on the card"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    phone = forms.CharField(
        label=gettext_lazy("Mobile phone"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Only for somebody new: the invitation goes there. An existing account keeps its own."),
    )

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


def page(request: HttpRequest, office: Office) -> HttpResponse:
    """The list, and taking somebody on."""
    form, status = ColleagueForm(request.POST or None, roles=office.roles), 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and (person := _taken_on(form, request)) is not None:
            words = _("%(name)s now has the role %(role)s.")
            messages.success(request, words % {"name": person.name, "role": form.cleaned_data["role"].label})
            return redirect(office.page)
    context = {
        "title": _("Colleagues"),
        "form": form,
        "office": office,
        "rows": [_row(membership, request.user, office) for membership in queries.staff(request.tenant)],  # type: ignore[attr-defined]
        "meanings": [(role.label, office.meaning(role)) for role in office.roles],
        "phone_open": bool(form.errors.get("phone") or form.data.get("phone")),
    }
    return render(request, "cms/staff/colleagues.html", context, status=status)


def _taken_on(form: ColleagueForm, request: HttpRequest) -> User | None:
    try:
        return staffing.take_on(**form.cleaned_data, institution=request.tenant, by=request.user, at=now())  # type: ignore[attr-defined]
    except DomainError as error:
        form.add_error(FIELD_OF.get(type(error)), error.message)
        return None


def _row(membership: GroupMembership, me: Any, office: Office) -> GroupMembership:
    """The row as the template draws it: role in words, and what may be done with it."""
    held = membership.group.name
    membership.role = Role(held) if held in Role.values else None  # type: ignore[attr-defined]
    membership.is_me = membership.user_id == me.pk  # type: ignore[attr-defined]
    membership.mine_to_keep = membership.is_me and held in services.HEADS  # type: ignore[attr-defined]
    membership.others = [(role.value, role.label) for role in office.roles if role.value != held]  # type: ignore[attr-defined]
    membership.may_reset = bool(  # type: ignore[attr-defined]
        office.reset and membership.has_factor and not membership.is_me and held != Role.SUPERADMIN  # type: ignore[attr-defined]
    )
    return membership


def change(request: HttpRequest, pk: int, office: Office) -> HttpResponse:
    """Another role for the same person; nobody gives away their own headship, so that somebody is always left."""
    wanted = request.POST.get("role", "")

    def act(membership: GroupMembership, at: datetime) -> str:
        if wanted not in office.roles:
            raise services.RoleNotHere
        services.change_role(membership, Role(wanted), by=request.user, at=at)
        return _("%(name)s now has the role %(role)s.") % {"name": membership.user.name, "role": Role(wanted).label}

    return _act(request, pk, office, act)


def remove(request: HttpRequest, pk: int, office: Office) -> HttpResponse:
    """Take the role away; it counts from the next request on."""

    def act(membership: GroupMembership, at: datetime) -> str:
        services.remove_staff(membership, by=request.user, at=at)
        return _("%(name)s no longer has this role.") % {"name": membership.user.name}

    return _act(request, pk, office, act)


def _act(
    request: HttpRequest, pk: int, office: Office, act: Callable[[GroupMembership, datetime], str]
) -> HttpResponse:
    rows = GroupMembership.objects.select_related("user", "group").filter(until=None)
    membership = get_object_or_404(rows, pk=pk)
    if membership.user_id == request.user.pk and membership.group.name in services.HEADS:
        messages.error(request, _("You cannot change your own role here. Somebody else who gives roles can."))
        return redirect(office.page)
    try:
        messages.success(request, act(membership, now()))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(office.page)
