"""The directory of experts: list, add, change, hide and show again."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.portal_forms import ExpertForm
from cms.frame import kept, page_of
from cms.portal import services
from cms.portal.models import Expert
from tenants.accounts.rules import BadName
from tenants.errors import DomainError

FIELDS = ("name", "field", "title", "region", "employer", "remark")


@access.console_view(*access.READERS_OF_CERTIFICATES)
def index(request: HttpRequest) -> HttpResponse:
    """By name, field, city or employer; the hidden ones are marked."""
    query = request.GET.get("q", "").strip()[:50]
    context = {
        "title": _("Experts"),
        "searchable": _("Name, field, city, employer"),
        "query": query,
        "page": page_of(request, rows_of(request.GET)),
        "keep": kept(request),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "console/experts.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[Expert]:
    """The rows of the list for the words of its address: `q`."""
    query = asked.get("q", "").strip()[:50]
    rows = Expert.objects.all()
    if not query:
        return rows
    return rows.filter(
        Q(name__icontains=query) | Q(field__icontains=query) | Q(region__icontains=query) | Q(employer__icontains=query)
    )


@access.console_view(*access.CLERKS)
def add(request: HttpRequest) -> HttpResponse:
    form = ExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            expert = services.add_expert(form.facts, by=request.user, at=now())  # type: ignore[arg-type]
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("The expert is in the public directory now."))
            return redirect("console:expert", uuid=expert.uuid)
    context = {"title": _("Enter an expert"), "form": form} | _parent()
    return render(request, "console/expert_add.html", context, status=400 if form.errors else 200)


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def page(request: HttpRequest, uuid: str) -> HttpResponse:
    """One entry; a POST changes it."""
    expert = get_object_or_404(Expert, uuid=uuid)
    form = ExpertForm(request.POST or None, initial={name: getattr(expert, name) for name in FIELDS})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_expert(expert, form.facts, by=request.user, at=now())  # type: ignore[arg-type]
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("console:expert", uuid=expert.uuid)
    may_change = access.has_role(request.user, *access.CLERKS)
    context = {"title": expert.name, "expert": expert, "form": form, "may_change": may_change} | _parent()
    return render(request, "console/expert.html", context, status=400 if form.errors else 200)


@require_POST
@access.console_view(*access.CLERKS)
def listing(request: HttpRequest, uuid: str) -> HttpResponse:
    """`hide` takes the entry out of the public directory, anything else shows it again."""
    expert = get_object_or_404(Expert, uuid=uuid)
    try:
        if "hide" in request.POST:
            services.hide_expert(expert, by=request.user, at=now())  # type: ignore[arg-type]
            messages.success(request, _("The expert is no longer in the public directory."))
        else:
            services.list_expert(expert, by=request.user, at=now())  # type: ignore[arg-type]
            messages.success(request, _("The expert is in the public directory now."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("console:expert", uuid=expert.uuid)


def _parent() -> dict[str, Any]:
    return {"parent_title": _("Experts"), "parent_url": reverse("console:experts")}


def _say(form: ExpertForm, error: DomainError) -> None:
    name = "name" if isinstance(error, BadName) else getattr(error, "field", "")
    form.add_error(name or None, error.message)
