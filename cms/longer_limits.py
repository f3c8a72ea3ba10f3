"""One screen of desk and console: more time in the face check for a person who needs it."""

from dataclasses import fields
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from proctoring.limits import end_longer_limits, grant_longer_limits, longer_limits_of
from proctoring.rules import ProctoringRules, with_longer_limits
from tenants.accounts.models import User
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

SHOWN = {
    "action_s": gettext_lazy("For each action"),
    "move_max_s": gettext_lazy("For a movement, at the longest"),
    "blink_s": gettext_lazy("For a blink"),
    "neutral_wait_s": gettext_lazy("To get into position"),
}


class LimitsForm(forms.Form):
    """Why, without a diagnosis."""

    reason = forms.CharField(
        label=gettext_lazy("Why, in one sentence"), min_length=4, max_length=200,
        help_text=gettext_lazy("for example: asked for more time at the counter. No illness, no numbers."),
        error_messages={"required": gettext_lazy("Say in one sentence why.")},
    )  # fmt: skip


def limits_page(request: TenantRequest, person: User, *, may_change: bool, parent: tuple[str, str]) -> HttpResponse:
    """Show, grant or end. `parent`: title and address of the person's page, to which it leads back."""
    form = LimitsForm(request.POST if "grant" in request.POST else None)
    if request.method == "POST" and may_change and _changed(request, person, form):
        return redirect(parent[1])
    granted = longer_limits_of(person, request.tenant)
    context = {
        "title": _("Longer limits in the face check"),
        "parent_title": parent[0],
        "parent_url": parent[1],
        "person": person,
        "form": form,
        "granted": granted,
        "is_ours": granted is not None and granted.institution_id == request.tenant.pk,
        "may_change": may_change,
        "limits": _limits(),
    }
    return render(request, "cms/staff/longer_limits.html", context, status=400 if form.errors else 200)


def _changed(request: TenantRequest, person: User, form: LimitsForm) -> bool:
    whose: dict[str, Any] = {"by": request.user, "at": now()}
    if "end" in request.POST:
        end_longer_limits(person, request.tenant, **whose)
        messages.success(request, _("%(name)s has the usual limits again.") % {"name": person.name})
        return True
    if not form.is_valid():
        return False
    try:
        grant_longer_limits(person, request.tenant, reason=form.cleaned_data["reason"], **whose)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, _("%(name)s has longer limits from the next face check on.") % {"name": person.name})
    return True


def _limits() -> list[tuple[Any, float, float]]:
    """(what, usual seconds, longer seconds)."""
    usual = rules_for(ProctoringRules, at=now())
    longer = with_longer_limits(usual)
    assert SHOWN.keys() <= {field.name for field in fields(usual)}
    return [(label, getattr(usual, name), getattr(longer, name)) for name, label in SHOWN.items()]
