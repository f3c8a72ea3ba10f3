"""Institutions that ask to be opened: the list, one application, declining it. Approving is the opening wizard."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.console import access
from cms.console.institution_forms import ReasonForm
from cms.frame import kept, page_of
from cms.words import waited
from learning.models import Position
from tenants import applications
from tenants.errors import DomainError
from tenants.models import Application

TONES = {
    Application.State.APPLIED: "review",
    Application.State.APPROVED: "done",
    Application.State.DECLINED: "off",
}


def applications_waiting(request: HttpRequest) -> int:
    """For the menu."""
    return Application.objects.filter(state=Application.State.APPLIED).count()


@require_safe
@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Those that wait first, the longest wait at the top; `?view=decided` the others."""
    decided = request.GET.get("view") == "decided"
    rows = Application.objects.select_related("decided_by", "institution")
    waiting = rows.filter(state=Application.State.APPLIED)
    rows = rows.exclude(state=Application.State.APPLIED).order_by("-decided_at") if decided else waiting
    page, at = page_of(request, rows), now()
    for row in page.object_list:
        row.tone, row.waited = TONES[Application.State(row.state)], waited(at - row.created_at)
    context = {
        "title": _("Applications"),
        "parent_title": _("Institutions"),
        "parent_url": reverse("console:institutions"),
        "decided": decided,
        "waiting": waiting.count(),
        "page": page,
        "keep": kept(request),
    }
    return render(request, "console/applications.html", context)


@require_safe
@access.console_view(*access.READERS)
def look(request: HttpRequest, uuid: str) -> HttpResponse:
    return _page(request, get_object_or_404(Application, uuid=uuid), ReasonForm())


def _page(request: HttpRequest, application: Application, form: ReasonForm) -> HttpResponse:
    names = dict(Position.objects.values_list("code", "name"))
    context: dict[str, Any] = {
        "title": application.short_name,
        "parent_title": _("Applications"),
        "parent_url": reverse("console:applications"),
        "application": application,
        "tone": TONES[Application.State(application.state)],
        "positions": [names.get(code, code) for code in application.position_codes],
        "may_decide": application.state == Application.State.APPLIED and access.has_role(request.user, *access.ADMINS),
        "form": form,
    }
    return render(request, "console/application.html", context, status=400 if form.errors else 200)


@require_POST
@access.console_view(*access.ADMINS)
def decline(request: HttpRequest, uuid: str) -> HttpResponse:
    """With a reason the applicant reads."""
    application = get_object_or_404(Application, uuid=uuid)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            applications.decline(application, form.cleaned_data["reason"], by=request.user, at=now())
        except DomainError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, _("%(name)s: declined. The contact is told by SMS.") % {"name": application.name})
            return redirect("console:applications")
    return _page(request, application, form)
