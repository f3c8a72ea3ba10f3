"""The audit trail and how far it is sealed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms.console import access
from cms.frame import kept, page_of
from tenants.audit.models import Entry, Seal


@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; `q` is an action, a subject's number or the beginning of one."""
    query = request.GET.get("q", "").strip()
    rows = Entry.objects.select_related("actor", "institution", "seal")
    if query:
        rows = rows.filter(action__startswith=query) | rows.filter(subject_id__startswith=query)
    page = page_of(request, rows)
    for entry in page.object_list:
        entry.sealed = getattr(entry, "seal", None)
        entry.details = " · ".join(f"{name} {value}" for name, value in entry.data.items())
    context = {
        "title": _("Audit trail"),
        "searchable": _("Action or number of the thing"),
        "query": query,
        "page": page,
        "keep": kept(request),
        "head": Seal.objects.order_by("-id").first(),
        "unsealed": Entry.objects.filter(seal=None).count(),
    }
    return render(request, "console/audit.html", context)
