"""Support by the association, as the institution's manager sees it: who, why, how long; and ending it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.desk import access
from cms.frame import page_of
from cms.support import described
from tenants.accounts import support


@access.desk_view(*access.MANAGERS)
def index(request: HttpRequest) -> HttpResponse:
    """Every grant there has been here, newest first."""
    page = page_of(request, support.grants_of(request.tenant))  # type: ignore[attr-defined]
    context = {
        "title": _("Support by the association"),
        "page": page,
        "grants": described(page, at=now()),
    }
    return render(request, "desk/support.html", context)


@require_POST
@access.desk_view(*access.MANAGERS)
def end(request: HttpRequest, uuid: str) -> HttpResponse:
    """The institution may end support whenever it likes."""
    grant = get_object_or_404(support.grants_of(request.tenant), uuid=uuid)  # type: ignore[attr-defined]
    if support.end_grant(grant, by=request.user, at=now()):
        messages.success(request, _("Support has ended; the role is gone with the next page."))
    return redirect("desk:support")
