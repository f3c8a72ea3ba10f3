"""The audit trail: who did what to what, for whom to read, one entry whole, and as a table to take away."""

from itertools import islice
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.audit_filter import FilterForm, entries_of
from cms.console.audit_rows import dressed
from cms.frame import kept, page_of
from tenants.audit.models import Entry, Seal
from tenants.audit.services import SEAL_LATE, record
from tenants.sheets import csv_lines

EXPORT_MOST = 20_000
CHUNK = 500


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
        "export_most": EXPORT_MOST,
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


@require_POST
@access.console_view(*access.READERS)
def export(request: HttpRequest) -> Any:
    """The filtered rows as CSV. That somebody took them away is an entry itself, written first."""
    form = FilterForm(request.GET or None)
    if form.is_bound and not form.is_valid():
        return index(request)
    data: dict[str, Any] = form.cleaned_data if form.is_bound else {}
    rows = entries_of(data)
    ids = list(rows.order_by("-id").values_list("pk", flat=True)[:EXPORT_MOST])
    with transaction.atomic(durable=True):
        record(
            "audit.exported", actor=request.user, institution=request.tenant, at=now(),  # type: ignore[attr-defined]
            rows=len(ids), filters=form.used if form.is_bound else [],
        )  # fmt: skip
    header = [
        _("Time"), pgettext("audit", "Who"), _("Action"), _("Code of the action"), _("What"), _("Institution"),
        _("Details"), _("Number of the entry"), _("Seal"),
    ]  # fmt: skip
    table = list(_table(ids))
    response = StreamingHttpResponse(csv_lines(header, table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{localtime(now()):%Y%m%d-%H%M}.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


def _table(ids: list[int]) -> Any:
    """Some hundred entries at a time; read here, inside the province's scope, not while the answer streams."""
    waiting = iter(ids)
    while some := list(islice(waiting, CHUNK)):
        found = Entry.objects.filter(pk__in=some).select_related("actor", "institution", "seal").order_by("-id")
        for row in dressed(found):
            yield (
                f"{localtime(row.at):%Y-%m-%d %H:%M:%S}", row.who, row.words, row.action,
                f"{row.kind} {row.about or row.subject_id}".strip(),
                row.institution.short_name if row.institution else "",
                "；".join(f"{label} {value}" for label, value in row.details),
                row.uuid, row.sealed.hash if row.sealed else "",
            )  # fmt: skip
