"""The picture that goes with a claim, for console and desk: its audit row is committed before a byte leaves."""

from django.http import Http404, HttpResponse
from django.utils.timezone import now

from learning.models import CertificateClaim
from learning.services import read_scan
from tenants.requests import TenantRequest


def scan_answer(request: TenantRequest, claim: CertificateClaim) -> HttpResponse:
    """The JPEG, never kept by a browser. 404 where there is none."""
    try:
        picture = read_scan(claim, by=request.user, at=now())
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
            "Content-Disposition": "inline",
        },
    )
