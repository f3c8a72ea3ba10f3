"""The register of post certificates, and the upload of approved hours."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _

from certs import services
from certs.models import HoursUpload, UploadState
from cms.console import access
from cms.frame import kept, page_of
from learning.models import PostCertificate, PostCertificateState
from tenants.accounts.models import number_index
from tenants.errors import DomainError
from tenants.masking import redacted

CERTIFICATE_TONES = {
    PostCertificateState.VALID: "",
    PostCertificateState.SUPERSEDED: "off",
    PostCertificateState.REVOKED: "fail",
}
UPLOAD_TONES = {
    UploadState.QUEUED: "wait",
    UploadState.SENT: "chg",
    UploadState.ACCEPTED: "done",
    UploadState.REJECTED: "fail",
}


@access.console_view(*access.READERS_OF_CERTIFICATES)
def register(request: HttpRequest) -> HttpResponse:
    """By number, name, or a whole ID number. Typed by POST, found through the blind index: no address holds it."""
    if request.method == "POST":
        return _to_results(request.POST.get("q", "").strip())
    query, holder = request.GET.get("q", "").strip(), request.GET.get("holder", "")
    page = page_of(request, rows_of(request.GET))
    for certificate in page.object_list:
        certificate.tone = CERTIFICATE_TONES[PostCertificateState(certificate.state)]
    context = {
        "title": _("Post certificates"),
        "searchable": _("Number, name, whole ID number"),
        "search_method": "post",
        "query": query,
        "searched": query or holder,
        "page": page,
        "keep": kept(request),
    }
    return render(request, "console/post_certificates.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[PostCertificate]:
    """The rows of the register for the words of its address: `q`, or `holder`."""
    query, holder = asked.get("q", "").strip(), asked.get("holder", "")
    rows = PostCertificate.objects.select_related("position")
    if query:
        return rows.filter(Q(number__icontains=query) | Q(holder_name__icontains=query))
    return rows.filter(holder_id_index=holder) if holder else rows


def _to_results(query: str) -> HttpResponse:
    here = reverse("console:post_certificates")
    if not query:
        return redirect(here)
    by_holder = redacted(query) != query
    words = {"holder": number_index(query)} if by_holder else {"q": query}
    return redirect(f"{here}?{urlencode(words)}")


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def uploads(request: HttpRequest) -> HttpResponse:
    """POST sends what waits at once, instead of at the next round of the worker."""
    if request.method == "POST":
        return _upload_now(request)
    counts = dict(HoursUpload.objects.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    page = page_of(request, uploads_of(request.GET))
    for upload in page.object_list:
        upload.tone = UPLOAD_TONES[UploadState(upload.state)]
    context = {
        "title": _("Uploads"),
        "page": page,
        "keep": kept(request),
        "state": state,
        "states": [
            ("", _("All"), sum(counts.values())),
            *((s, label, counts.get(s, 0)) for s, label in UploadState.choices),
        ],
        "queued": counts.get(UploadState.QUEUED, 0),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "console/uploads.html", context)


def uploads_of(asked: Mapping[str, str]) -> QuerySet[HoursUpload]:
    """The rows of the uploads for the words of its address: `state`."""
    rows = HoursUpload.objects.select_related("institution", "enrolment__user", "enrolment__position")
    state = asked.get("state", "")
    return rows.filter(state=state) if state in UploadState.values else rows


def _upload_now(request: HttpRequest) -> HttpResponse:
    try:
        sent = services.upload_due(at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Sent to the register: %(number)s.") % {"number": sent})
    return redirect("console:uploads")
