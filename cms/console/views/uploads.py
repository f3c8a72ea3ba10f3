"""The upload of approved hours to the register of the province."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from certs import services
from certs.models import HoursUpload, UploadState
from cms.console import access
from cms.frame import kept, page_of
from tenants.errors import DomainError

UPLOAD_TONES = {
    UploadState.QUEUED: "wait",
    UploadState.SENT: "chg",
    UploadState.ACCEPTED: "done",
    UploadState.REJECTED: "fail",
}


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
