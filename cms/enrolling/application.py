"""One's own application: where it stands, its scans, and taking it back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms.enrolling.forms import ScansForm
from cms.enrolling.views import keep_pictures
from learning import services
from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, EnrolmentScan, Origin
from tenants.accounts.decorators import trainee_required
from tenants.errors import DomainError
from tenants.requests import TenantRequest

WAITING = (Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT)


@never_cache
@trainee_required
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: TenantRequest, uuid: str) -> HttpResponse:
    """POST `take_back` withdraws it; pictures replace those that are there, until a clerk has seen the papers."""
    rows = Enrolment.objects.select_related("position", "training_class", "post_certificate", "institution", "user")
    enrolment: Enrolment = get_object_or_404(rows, uuid=uuid, user=request.user)
    at = now()
    form = ScansForm()
    refused: DomainError | None = None
    if request.method == "POST" and "take_back" in request.POST:
        try:
            services.take_back(enrolment, by=request.user, at=at)
        except DomainError as error:
            refused = error
        else:
            messages.success(request, _("Your application is withdrawn. You may apply again at any time."))
            return redirect("centre:training")
    elif request.method == "POST" and enrolment.admission != Admission.AWAITING_CONFIRMATION:
        refused = CannotEnrol("state")
    elif request.method == "POST":
        form = ScansForm(request.POST, request.FILES)
        form.is_valid()
        kept = keep_pictures(request, form, enrolment=enrolment, at=at)
        if kept and not form.errors:
            messages.success(request, _("Saved. The institution sees the new pictures."))
            return redirect("enrol:application", enrolment.uuid)
    status = refused.status if refused else 400 if form.errors else 200
    return render(
        request, "cms/enrol/application.html", _context(enrolment, form) | {"refused": refused}, status=status
    )


def _context(enrolment: Enrolment, form: ScansForm) -> dict[str, Any]:
    return {
        "enrolment": enrolment,
        "form": form,
        "scans": {scan.kind: scan for scan in EnrolmentScan.objects.filter(enrolment=enrolment)},
        "fee": enrolment.training_fee + enrolment.textbook_fee,
        "may_change": enrolment.admission == Admission.AWAITING_CONFIRMATION,
        "may_take_back": enrolment.admission in WAITING and enrolment.origin == Origin.TRAINEE,
        "by_oneself": enrolment.withdrawn_by_id == enrolment.user_id,
    }


@never_cache
@trainee_required
@require_safe
def scan(request: TenantRequest, uuid: str) -> HttpResponse:
    """One's own picture, sent or waiting to be sent."""
    found: EnrolmentScan = get_object_or_404(EnrolmentScan, uuid=uuid, user=request.user)
    return picture(found, request)


def picture(found: EnrolmentScan, request: TenantRequest) -> HttpResponse:
    """The JPEG for whom the caller has let in; nothing on the way keeps it."""
    try:
        content = services.open_scan(found, by=request.user, at=now())
    except FileNotFoundError as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Disposition"] = "inline"
    return answer
