"""我的个人信息: what we hold, the consents, and the doors to a copy, a correction, a withdrawal and the end."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.centre import my_data_proof as proof
from cms.centre.my_data_holdings import holdings
from cms.centre.tasks import build_export
from cms.centre.views import own_rows
from proctoring.models import Consent
from tenants.accounts import data_requests, exports
from tenants.accounts.models import DataRequest
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for


@own_rows
@require_safe
def my_data(request: TenantRequest) -> HttpResponse:
    """The page. On an institution's site the ledger shows its own consents, on the portal all of them."""
    at = now()
    own = DataRequest.objects.filter(user=request.user)
    context = {
        "holdings": holdings(at=at),
        "consents": list(Consent.objects.filter(user=request.user).select_related("institution").order_by("-given_at")),
        "requests": list(own[:20]),
        "wished": data_requests.FIELDS,
        "ready": data_requests.ready_export(request.user, at=at),
        "export_waits": data_requests.open_request(request.user, DataRequest.Kind.EXPORT),
        "correction_waits": data_requests.open_request(request.user, DataRequest.Kind.CORRECT),
        "rules": rules_for(RetentionRules, at=at),
    }
    return render(request, "cms/centre/my_data.html", context)


@sensitive_post_parameters("password")
@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: TenantRequest) -> HttpResponse:
    """Ask for a copy, with the password once more."""
    at = now()
    fresh = proof.is_fresh(request, at=at)
    form = proof.PasswordForm(request.POST if request.method == "POST" and not fresh else None)
    problem = ""
    if request.method == "POST" and (fresh or _proves(request, form, at)):
        try:
            _ask_export(request, at)
        except DomainError as error:
            problem = error.message
        else:
            messages.success(request, _("We are preparing your copy. You get an SMS when it is ready."))
            return redirect("centre:my_data")
    context: dict[str, Any] = {
        "form": form,
        "fresh": fresh,
        "problem": problem,
        "rules": rules_for(RetentionRules, at=at),
    }
    return render(request, "cms/centre/my_data_export.html", context, status=400 if form.errors or problem else 200)


def _proves(request: TenantRequest, form: proof.PasswordForm, at: Any) -> bool:
    if not form.is_valid():
        return False
    if fault := proof.password_fault(request.user, form.cleaned_data["password"], at=at):
        form.add_error("password", fault)
        return False
    proof.note(request, at=at)
    return True


def _ask_export(request: TenantRequest, at: Any) -> None:
    """The request is the truth; the task only makes it quick, and the sweep finds what no worker took."""
    with transaction.atomic():
        asked = data_requests.ask_export(request.user, by=request.user, at=at)
        transaction.on_commit(lambda: build_export.delay(asked.pk), robust=True)


@own_rows
@require_safe
def download(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The copy itself, for its owner and with a fresh proof only."""
    at = now()
    asked = get_object_or_404(DataRequest, uuid=uuid, user=request.user, kind=DataRequest.Kind.EXPORT)
    if not proof.is_fresh(request, at=at):
        return redirect(f"{reverse('centre:data_proof')}?{urlencode({'next': request.path})}")
    try:
        content = exports.open_export(asked, by=request.user, at=at)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("centre:my_data")
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="my-data-{localdate(asked.created_at):%Y%m%d}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@own_rows
@require_POST
def take_back(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Withdraw a request that waits."""
    asked = get_object_or_404(DataRequest, uuid=uuid, user=request.user)
    try:
        data_requests.take_back(asked, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The request was withdrawn."))
    return redirect("centre:my_data")
