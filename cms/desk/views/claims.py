"""证书核实申请: post certificates that the register does not hold, reported to the association; and its answers."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.claim_scans import scan_answer
from cms.desk import access
from cms.desk.claim_forms import ClaimForm
from cms.frame import kept, page_of
from learning import services
from learning.models import CertificateClaim
from learning.register_queries import answered_claims
from tenants.errors import DomainError
from tenants.requests import TenantRequest

State = CertificateClaim.State
TONES = {State.WAITING: "wait", State.ENTERED: "done", State.REFUSED: "fail"}
FIELD_OF = {"account.bad_document": "id_number", "account.bad_id_number": "id_number", "account.bad_name": "name"}


@require_safe
@access.desk_view(*access.READERS)
def index(request: TenantRequest) -> HttpResponse:
    """What was reported from here, with state and answer."""
    view = request.GET.get("view", "all")
    counts = dict(CertificateClaim.objects.order_by().values_list("state").annotate(n=Count("pk")))
    page = page_of(request, rows_of(request.GET))
    for row in page.object_list:
        row.tone = TONES[State(row.state)]
    context = {
        "title": _("Reported certificates"),
        "page": page,
        "keep": kept(request),
        "view": view,
        "views": [
            ("all", _("All"), sum(counts.values())),
            ("answered", _("Answers to read"), answered_claims().count()),
            *((code, label, counts.get(code, 0)) for code, label in State.choices),
        ],
        "may_change": access.has_role(request.user, *access.CLERKS),
        "here": request.get_full_path(),
    }
    return render(request, "desk/claims.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[CertificateClaim]:
    """The rows of the list for the words of its address: `view`."""
    rows = _rows(asked.get("view", "all"))
    return rows.select_related("institution", "position", "claimed_by", "decided_by", "certificate")


def _rows(view: str) -> QuerySet[CertificateClaim]:
    if view == "answered":
        return answered_claims()
    return CertificateClaim.objects.filter(state=view) if view in State.values else CertificateClaim.objects.all()


@access.desk_view(*access.CLERKS)
def new(request: TenantRequest) -> HttpResponse:
    """Report one. The page of enrolling sends number and name here by POST: no address holds them."""
    sent = request.method == "POST" and "claim" in request.POST
    given = {name: request.POST.get(name, "") for name in ("id_number", "name")}
    form = ClaimForm(request.POST, request.FILES) if sent else ClaimForm(initial=given)
    status = 200
    if sent:
        status = _claim(request, form) if form.is_valid() else 400
        if status == 302:
            return redirect("desk:claims")
    context = {
        "title": _("Report a missing certificate"),
        "parent_title": _("Reported certificates"),
        "parent_url": reverse("desk:claims"),
        "form": form,
    }
    return render(request, "desk/claim_new.html", context, status=status)


def _claim(request: TenantRequest, form: ClaimForm) -> int:
    """302 when it is reported, else the status of why not."""
    try:
        services.claim_certificate(request.tenant, **form.cleaned_data, by=request.user, at=now())
    except DomainError as error:
        field = getattr(error, "field", "") or FIELD_OF.get(error.code, "")
        form.add_error(field if field in form.fields else None, error.message)
        return 409 if error.status == 409 and not field else 400
    messages.success(request, _("Reported. The association checks it; its answer appears on your dashboard."))
    return 302


@require_POST
@access.desk_view(*access.CLERKS)
def note(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The answer is read."""
    services.note_answer(get_object_or_404(CertificateClaim, uuid=uuid), by=request.user, at=now())
    return redirect("desk:claims")


@require_safe
@access.desk_view(*access.CLERKS)
def scan(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The picture that was sent along, after its audit row: it shows number and portrait, so readers do not open it."""
    return scan_answer(request, get_object_or_404(CertificateClaim.objects.select_related("institution"), uuid=uuid))
