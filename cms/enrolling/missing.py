"""My certificate is not listed: its holder reports it to the association, and reads the answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cms.claim_form import CertificateForm
from learning import services
from learning.models import CertificateClaim
from tenants.accounts.decorators import trainee_required
from tenants.errors import DomainError
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest

REPORTS_A_MINUTE = 4
TONES = {
    CertificateClaim.State.WAITING: "warn",
    CertificateClaim.State.ENTERED: "ok",
    CertificateClaim.State.REFUSED: "bad",
}


@never_cache
@trainee_required
@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: TenantRequest) -> HttpResponse:
    """Name and number are those of the account; the certificate is typed, with a picture if there is one."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form, status = CertificateForm(*sent), 200
    if request.method == "POST":
        status = _report(request, form) if form.is_valid() else 400
        if status == 302:
            return redirect("enrol:missing")
    found = CertificateClaim.objects.filter(holder_id_index=request.user.id_number_index, by_holder=True)
    claims = list(found.select_related("position"))
    for claim in claims:
        claim.tone = TONES[CertificateClaim.State(claim.state)]  # type: ignore[attr-defined]
    return render(request, "cms/enrol/missing.html", {"form": form, "claims": claims}, status=status)


def _report(request: TenantRequest, form: CertificateForm) -> int:
    """302 when it is reported, else the status of why not."""
    user, at = request.user, now()
    if not allowed("enrol.missing", str(user.pk), a_minute=REPORTS_A_MINUTE, at=at):
        form.add_error(None, _("Too many reports in a minute. Please wait a little."))
        return 429
    try:
        services.claim_certificate(
            request.tenant, **form.cleaned_data, id_number=user.id_number, name=user.name, by=user, at=at
        )
    except DomainError as error:
        field = getattr(error, "field", "")
        form.add_error(field if field in form.fields else None, error.message)
        return error.status
    messages.success(request, _("Reported. The association looks for it in its files; the answer appears here."))
    return 302
