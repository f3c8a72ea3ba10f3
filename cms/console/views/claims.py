"""证书核实申请: certificates that institutions miss in the register; entered, or refused with an answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.claim_scans import scan_answer
from cms.console import access
from cms.console.register_forms import EnterForm, RefuseForm
from cms.console.views.post_certificates import TONES as CERTIFICATE_TONES
from cms.console.views.post_certificates import add_error
from cms.frame import kept, page_of
from cms.words import waited
from learning import services
from learning.models import CertificateClaim, PostCertificateState
from learning.register_errors import CannotClaim
from learning.register_queries import candidates_for, waiting_claims
from tenants.errors import DomainError
from tenants.requests import TenantRequest

State = CertificateClaim.State
TONES = {State.WAITING: "review", State.ENTERED: "done", State.REFUSED: "fail"}
KNOWN = ("institution", "position", "claimed_by", "decided_by", "certificate")


@require_safe
@access.console_view(*access.READERS_OF_CERTIFICATES)
def index(request: TenantRequest) -> HttpResponse:
    """What waits first, the longest at the top; the answered ones under their own view."""
    view, at = request.GET.get("view", State.WAITING.value), now()
    counts = dict(CertificateClaim.objects.order_by().values_list("state").annotate(n=Count("pk")))
    page = page_of(request, rows_of(request.GET))
    for row in page.object_list:
        row.tone, row.waited = TONES[State(row.state)], waited(at - row.created_at)
    names = [(code, label, counts.get(code, 0)) for code, label in State.choices]
    context = {
        "title": _("Certificates to be checked"),
        "page": page,
        "keep": kept(request),
        "view": view,
        "views": [*names, ("all", _("All"), sum(counts.values()))],
    }
    return render(request, "console/claims.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[CertificateClaim]:
    """The rows of the list for the words of its address: `view`."""
    return _rows(asked.get("view", State.WAITING.value)).select_related(*KNOWN)


def _rows(view: str) -> QuerySet[CertificateClaim]:
    if view in (State.ENTERED, State.REFUSED):
        return CertificateClaim.objects.filter(state=view).order_by("-decided_at", "-pk")
    return CertificateClaim.objects.all() if view == "all" else waiting_claims()


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def page(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """What was reported, its picture, what the register holds that is like it; a clerk enters or refuses."""
    claim: CertificateClaim = get_object_or_404(CertificateClaim.objects.select_related(*KNOWN), uuid=uuid)
    verb, status = request.POST.get("verb", ""), 200
    enter = EnterForm(request.POST if verb == "enter" else None, claim=claim)
    refuse = RefuseForm(request.POST if verb == "refuse" else None)
    chosen: dict[str, Any] = {"enter": enter, "refuse": refuse}
    if request.method == "POST" and verb in chosen:
        status = 400
        if chosen[verb].is_valid():
            status = _take(request, claim, verb, chosen[verb])
            if status == 302:
                return redirect("console:certificate_claims")
        claim.refresh_from_db()
    context = _context(request, claim) | {"enter": enter, "refuse": refuse, "verb": verb}
    return render(request, "console/claim.html", context, status=status)


def _context(request: TenantRequest, claim: CertificateClaim) -> dict[str, Any]:
    candidates = candidates_for(claim) if claim.emptied_at is None else []
    for one in candidates:
        one.certificate.tone = CERTIFICATE_TONES[PostCertificateState(one.certificate.state)]  # type: ignore[attr-defined]
    own = claim.holder_id_index == request.user.id_number_index
    is_clerk = access.has_role(request.user, *access.CLERKS)
    open_ = claim.state == State.WAITING and claim.emptied_at is None
    return {
        "title": claim.number or "—",
        "parent_title": _("Certificates to be checked"),
        "parent_url": reverse("console:certificate_claims"),
        "claim": claim,
        "tone": TONES[State(claim.state)],
        "candidates": candidates,
        "own": own,
        "may_decide": open_ and is_clerk and not own,
        "may_see": is_clerk,
    }


def _take(request: TenantRequest, claim: CertificateClaim, verb: str, form: forms.Form) -> int:
    """302 when it is done, else the status of why not."""
    at = now()
    try:
        if isinstance(form, EnterForm):
            services.enter_claim(claim, form.data_of(), by=request.user, at=at)
            messages.success(request, _("Entered; the institution sees it on its dashboard."))
        else:
            services.refuse_claim(claim, answer=form.cleaned_data["answer"], by=request.user, at=at)
            messages.success(request, _("Not entered; the institution reads your answer."))
    except DomainError as error:
        add_error(form, error)
        return 409 if isinstance(error, CannotClaim) and error.code == "claim.decided" else 400
    return 302


@require_safe
@access.console_view(*access.CLERKS)
def scan(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The picture, after its audit row: it shows number and portrait, so only who decides opens it."""
    return scan_answer(request, get_object_or_404(CertificateClaim.objects.select_related("institution"), uuid=uuid))
