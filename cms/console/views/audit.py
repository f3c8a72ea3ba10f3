"""The audit trail: who did what to what, for whom to read, and one entry whole."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.console import access
from cms.console.audit_filter import FilterForm, entries_of
from cms.console.audit_rows import dressed
from cms.frame import kept, page_of
from tenants.audit.models import Entry, Seal
from tenants.audit.services import SEAL_LATE


@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Newest first. A filter that is wrong says so and filters nothing."""
    form = FilterForm(request.GET or None)
    valid = form.is_valid()
    page = page_of(request, entries_of(form.cleaned_data if valid else {}))
    context = {
        "title": _("Audit trail"),
        "form": form,
        "page": page,
        "rows": dressed(page.object_list),
        "filtered": valid and bool(form.used),
        "keep": kept(request),
        "head": Seal.objects.order_by("-id").first(),
        "unsealed": Entry.objects.filter(seal=None).count(),
        "late": Entry.objects.filter(seal=None, at__lt=now() - SEAL_LATE).exists(),
    }
    return render(request, "console/audit.html", context, status=400 if form.errors else 200)


@access.console_view(*access.READERS)
def entry(request: HttpRequest, uuid: str) -> HttpResponse:
    """One entry with all that is stored, its link of the chain, and what else happened in the same request."""
    found = get_object_or_404(Entry.objects.select_related("actor", "institution", "seal"), uuid=uuid)
    # A request ends within minutes; the bounds keep this look-up on an index.
    near = Entry.objects.filter(pk__gt=found.pk - 1000, pk__lt=found.pk + 1000).exclude(pk=found.pk)
    others = near.filter(request_id=found.request_id).exclude(request_id="").select_related("actor", "institution")
    row = dressed([found])[0]
    context = {
        "title": row.words,
        "parent_title": _("Audit trail"),
        "parent_url": reverse("console:audit"),
        "row": row,
        "others": dressed(others[:20]),
    }
    return render(request, "console/audit_entry.html", context)
