"""Full numbers of the people enrolled here, and of the holders whose certificates were reported from here; of nobody
else."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from cms.desk import access
from cms.reveal import reveal_view
from learning.models import Admission, CertificateClaim, Enrolment
from tenants.accounts.models import User
from tenants.requests import TenantRequest


@access.desk_view(*access.EVERYBODY)
def reveal(request: TenantRequest, kind: str, uuid: str, field: str) -> HttpResponse:
    """Everybody may ask; the service tells whose role includes it. Who is not enrolled here does not exist."""
    enrolled = Enrolment.objects.exclude(admission=Admission.WITHDRAWN)
    if kind == "enrolment":
        return reveal_view(request, get_object_or_404(enrolled.select_related("user"), uuid=uuid), field)
    if kind == "claim":
        return reveal_view(request, get_object_or_404(CertificateClaim, uuid=uuid), field)
    if kind != "person":
        raise Http404
    here = enrolled.values("user")
    return reveal_view(request, get_object_or_404(User.objects.filter(pk__in=here), uuid=uuid), field)
