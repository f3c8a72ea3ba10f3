"""From the portal's centre to an institution's own site, still signed in: a ticket that the page posts there."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.centre.views import own_rows
from learning.models import Enrolment
from tenants.accounts import handoff
from tenants.models import Institution
from tenants.requests import TenantRequest

LONGEST_PATH = 200


@own_rows
@require_POST
def go(request: TenantRequest) -> HttpResponse:
    """POST `institution` (uuid) and `next` (a path there). Only to where the person is enrolled."""
    if not request.tenant.is_association:
        raise Http404
    place = _place_of(request.user, request.POST.get("institution", ""))
    if not place.is_live:
        words = _("%(name)s has paused its training; its site opens again when the association says so.")
        messages.info(request, words % {"name": place.short_name})
        return redirect("centre:training")
    ticket = handoff.issue(request.user, place, at=now(), next=_path(request.POST.get("next", "")))
    response = render(request, "cms/centre/go.html", {"ticket": ticket})
    response._csp_update = {"form-action": [ticket.action]}  # type: ignore[attr-defined]
    return response


def _place_of(user: Any, uuid: str) -> Institution:
    """An institution where the person has an enrolment; anything else does not exist."""
    own = Enrolment.objects.filter(user=user).values("institution")
    for place in Institution.objects.training().filter(pk__in=own).prefetch_related("domains"):
        if str(place.uuid) == uuid:
            return place
    raise Http404


def _path(text: str) -> str:
    safe = text.startswith("/") and len(text) <= LONGEST_PATH and url_has_allowed_host_and_scheme(text, None)
    return text if safe else "/my/"
