"""Institutions: the list."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms.console import access
from cms.console.views.applications import applications_waiting
from cms.console.views.institution import TONES
from cms.frame import kept, page_of
from learning.models import Enrolment
from tenants.models import Institution, State


@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Figures come from the shared tables, never from the schemas one by one."""
    query = request.GET.get("q", "").strip()
    page = page_of(request, rows_of(request.GET))
    dress(page.object_list)
    context = {
        "title": _("Institutions"),
        "searchable": _("Name, code, city, address"),
        "query": query,
        "page": page,
        "keep": kept(request),
        "waiting": applications_waiting(request),
        "may_change": access.has_role(request.user, *access.ADMINS),
    }
    return render(request, "console/institutions.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[Institution]:
    """The rows of the list for the words of its address: `q`."""
    query = asked.get("q", "").strip()
    rows = Institution.objects.training().prefetch_related("domains")
    if query:
        rows = rows.filter(
            Q(name__icontains=query) | Q(short_name__icontains=query) | Q(code__iexact=query)
            | Q(region__icontains=query) | Q(domains__domain__icontains=query)
        ).distinct()  # fmt: skip
    return rows


def dress(institutions: Any) -> None:
    """The state's glyph, and how many people enrolled there: one query for all."""
    people = dict(
        Enrolment.objects.filter(institution__in=institutions)
        .order_by()
        .values_list("institution")
        .annotate(n=Count("user", distinct=True))
    )
    for institution in institutions:
        institution.tone = TONES[State(institution.state)]
        institution.people = people.get(institution.pk, 0)
