"""Staff of the association, and help for any staff whose second factor is lost. For superadmins."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cms import colleagues
from cms.console import access
from tenants.accounts import staffing
from tenants.accounts.models import User
from tenants.accounts.rules import BadDocument
from tenants.errors import DomainError
from tenants.roles.roles import ASSOCIATION_ROLES, Role


def _meaning(role: Role) -> str:
    return {
        Role.SUPERADMIN: _("everything here, institutions, and who is staff"),
        Role.HOURS_REVIEWER: _("looks at hours and decides on them"),
        Role.QUESTION_EDITOR: _("the question bank"),
        Role.CERTIFICATE_CLERK: _("post certificates, certificates, uploads, requests about data"),
        Role.AUDITOR: _("reads lists and the audit trail, changes nothing"),
    }[role]


OFFICE = colleagues.Office(
    ASSOCIATION_ROLES, "console:staff", "console:staff_role", "console:staff_remove", _meaning,
    reset="console:second_factor_reset_of",
)  # fmt: skip


@access.console_view(*access.ADMINS)
def index(request: HttpRequest) -> HttpResponse:
    """The list, and adding a person by ID number and name."""
    return colleagues.page(request, OFFICE)


@require_POST
@access.console_view(*access.ADMINS)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role."""
    return colleagues.change(request, pk, OFFICE)


@require_POST
@access.console_view(*access.ADMINS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """No role any more."""
    return colleagues.remove(request, pk, OFFICE)


class ResetForm(forms.Form):
    """Who has lost the second factor, as on the card, and how we know that it is they who ask."""

    id_number = forms.CharField(
        label=gettext_lazy("ID number"), max_length=24, help_text=gettext_lazy("as on the card; 18 digits")
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=50, help_text=gettext_lazy("as on the card"))
    reason = forms.CharField(
        label=gettext_lazy("Why, and how you made sure who asks"),
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("for example: phone lost, seen in person with the ID card"),
    )


@access.console_view(*access.ADMINS)
def reset_second_factor(request: HttpRequest, uuid: str = "") -> HttpResponse:
    """For staff of the association (from the list) and of any institution (by number and name)."""
    known = _known(uuid) if uuid else None
    form, status = ResetForm(request.POST or None), 200
    if known is not None:
        del form.fields["id_number"], form.fields["name"]
    if request.method == "POST":
        status = 400
        if form.is_valid() and (person := _reset(form, known, request)) is not None:
            words = _("%(name)s sets up a new authenticator app at the next sign-in. All sessions have ended.")
            messages.success(request, words % {"name": person.name})
            return redirect("console:staff")
    context = {
        "title": _("Reset a second factor"), "form": form, "person": known,
        "parent_title": _("Colleagues"), "parent_url": "/admin/console/staff/",
    }  # fmt: skip
    return render(request, "console/second_factor_reset.html", context, status=status)


def _known(uuid: str) -> User:
    """Somebody on the association's own staff."""
    return get_object_or_404(User.objects.filter(memberships__isnull=False).distinct(), uuid=uuid)


def _reset(form: ResetForm, known: User | None, request: HttpRequest) -> User | None:
    data = form.cleaned_data
    try:
        person = known or staffing.colleague(id_number=data["id_number"], name=data["name"])
        staffing.help_with_factor(
            person, reason=data["reason"], by=request.user, institution=request.tenant, at=now()  # type: ignore[attr-defined]
        )  # fmt: skip
    except BadDocument as error:
        form.add_error("id_number", error.message)
    except DomainError as error:
        form.add_error(None, error.message)
    else:
        return person
    return None
