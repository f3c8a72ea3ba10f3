"""Support at an institution: opened by a superadmin for a reason and a time, seen by the institution."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cms.console import access
from cms.frame import page_of
from cms.support import described
from tenants.accounts import handoff, support
from tenants.accounts.models import SupportGrant, User
from tenants.errors import DomainError
from tenants.gate import has_factor
from tenants.models import Institution, State
from tenants.roles.roles import Role
from tenants.rulesets.rules import StaffRules
from tenants.rulesets.services import rules_for


class SupportForm(forms.Form):
    """Who goes in, as what, for how long and why."""

    person = forms.ChoiceField(label=gettext_lazy("Who"))
    role = forms.ChoiceField(
        label=gettext_lazy("As"), help_text=gettext_lazy("read only unless something must be done")
    )
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        min_length=support.REASON_MIN,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=dict.fromkeys(
            ("required", "min_length"), gettext_lazy("Say in a sentence why; the institution reads it.")
        ),
        help_text=gettext_lazy("The institution's manager reads this sentence."),
    )

    def __init__(self, *args: Any, people: list[User], rules: StaffRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(str(person.uuid), person.name) for person in people]  # type: ignore[attr-defined]
        self.fields["role"].choices = [(role.value, role.label) for role in support.SUPPORT_ROLES]  # type: ignore[attr-defined]
        minutes = self.fields["minutes"]
        minutes.initial = rules.support_minutes
        minutes.widget.attrs |= {"min": 1, "max": rules.support_minutes_max, "inputmode": "numeric"}
        longest = _("%(minutes)s at most; it can be ended at any time") % {"minutes": rules.support_minutes_max}
        minutes.help_text = longest


@access.console_view(*access.ADMINS)
def index(request: HttpRequest, uuid: str) -> HttpResponse:
    """The grants at one institution, and opening another."""
    institution = get_object_or_404(Institution.objects.training().prefetch_related("domains"), uuid=uuid)
    at = now()
    people = _colleagues(request)
    form = SupportForm(
        request.POST or None, people=people, rules=rules_for(StaffRules, at=at), initial={"person": request.user.uuid}  # type: ignore[union-attr]
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and _opened(form, people, institution, request):
            return redirect("console:support_grant", uuid=institution.uuid)
    page = page_of(request, support.grants_of(institution))
    context = {
        "title": _("Support for %(name)s") % {"name": institution.short_name},
        "parent_title": _("Institutions"), "parent_url": "/admin/console/institutions/",
        "institution": institution, "form": form, "page": page, "grants": described(page, at=at),
        "may_open": institution.state != State.CLOSED,
    }  # fmt: skip
    return render(request, "console/support.html", context, status=status)


def _colleagues(request: HttpRequest) -> list[User]:
    """The association's staff; whoever asks stands first."""
    me: Any = request.user
    others = User.objects.filter(memberships__isnull=False, is_active=True).exclude(pk=me.pk).distinct()
    return [me, *others.order_by("name_pinyin")]


def _opened(form: SupportForm, people: list[User], institution: Institution, request: HttpRequest) -> bool:
    data = form.cleaned_data
    person = next(one for one in people if str(one.uuid) == data["person"])
    try:
        support.open_grant(
            person, institution, role=Role(data["role"]), reason=data["reason"], minutes=data["minutes"],
            by=request.user, at=now(),
        )  # fmt: skip
    except DomainError as error:
        field = error.code.removeprefix("support.")
        form.add_error(field if field in form.fields else None, error.message)
        return False
    messages.success(request, _("Support is open; the institution sees it from now on."))
    return True


@require_POST
@access.console_view(*access.ADMINS)
def end(request: HttpRequest, uuid: str) -> HttpResponse:
    """End it before its time."""
    grant = get_object_or_404(SupportGrant.objects.select_related("institution"), uuid=uuid)
    if support.end_grant(grant, by=request.user, at=now()):
        messages.success(request, _("Support has ended; the role is gone with the next page."))
    return redirect("console:support_grant", uuid=grant.institution.uuid)


@require_POST
@access.console_view(*access.EVERYBODY)
def enter(request: HttpRequest, uuid: str) -> HttpResponse:
    """On to the institution's own host, with a ticket that carries the second factor. One's own grant only."""
    at, tenant = now(), request.tenant  # type: ignore[attr-defined]
    mine = support.running(at=at).filter(user=request.user).select_related("institution")
    grant = get_object_or_404(mine, uuid=uuid)
    shown = has_factor(request.session, request.user, tenant)
    ticket = handoff.issue(request.user, grant.institution, at=at, second_factor=shown, next="/admin/")  # type: ignore[arg-type]
    return render(request, "accounts/workplace.html", {"tickets": [ticket], "person": request.user})
