"""Sheets of staff: hand one in, look at the preview, confirm, watch, take back. One set of screens for all kinds."""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery.exceptions import OperationalError
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.frame import kept, no_right, page_of
from cms.importing import tasks
from cms.importing.forms import SheetForm
from cms.importing.kinds import KINDS, ImportKind, kinds_for
from cms.importing.words import TONES, figures_of, masked_cell, said_of
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.imports import batches
from tenants.imports.models import ImportBatch, Verdict
from tenants.imports.rowfile import sheet_of
from tenants.imports.template import CONTENT_TYPE, result_sheet, template
from tenants.models import Kind
from tenants.requests import TenantRequest
from tenants.roles.decorators import has_role
from tenants.scopes import institution_scope, province_scope

View = Callable[..., HttpResponse]
ROWS_A_PAGE = 50
DOORS: dict[str, str] = {Kind.INSTITUTION: "desk", Kind.ASSOCIATION: "console"}


def import_view(view: View) -> View:
    """A door by kind: elsewhere than at its tenant it does not exist (404), without a role it says so (403).

    The view gets the kind's code, or the batch; both only of this tenant.
    """

    @wraps(view)
    def wrapped(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.resolver_match is None or request.resolver_match.namespace != DOORS[request.tenant.kind]:
            raise Http404
        mine = {code: kind for code, kind in KINDS.items() if kind.tenant == request.tenant.kind}
        code = kwargs.get("kind")
        wanted = mine[code].roles if code in mine else tuple(role for kind in mine.values() for role in kind.roles)
        if not has_role(request.user, *wanted):
            return no_right(request, tuple(dict.fromkeys(wanted)))
        if code is not None and code not in mine:
            raise Http404
        with province_scope() if request.tenant.is_association else institution_scope(request.tenant):
            if "uuid" in kwargs:
                batch = get_object_or_404(_here(request), uuid=kwargs.pop("uuid"))
                if not has_role(request.user, *KINDS[batch.kind].roles):
                    return no_right(request, KINDS[batch.kind].roles)
                return view(request, batch, *args, **kwargs)
            return view(request, *args, **kwargs)

    return wrapped


def _here(request: TenantRequest) -> Any:
    kinds = kinds_for(request.tenant, request.user)
    related = ("created_by", "confirmed_by", "undone_by", "institution")
    return ImportBatch.objects.filter(institution=request.tenant, kind__in=kinds).select_related(*related)


def url(request: HttpRequest, name: str, *args: Any) -> str:
    """The same screen at desk or console."""
    assert request.resolver_match is not None
    return reverse(f"{request.resolver_match.namespace}:{name}", args=args)


@import_view
def index(request: TenantRequest) -> HttpResponse:
    """The history: who handed in what, and what came of it."""
    page = page_of(request, _here(request))
    for batch in page.object_list:
        batch.tone, batch.kind_title = TONES[batch.state], KINDS[batch.kind].list_title
        batch.url = url(request, "import", batch.uuid)
    mine = kinds_for(request.tenant, request.user)
    context = {
        "title": _("Sheets handed in"),
        "page": page,
        "keep": kept(request),
        "kinds": [(url(request, "import_new", code), kind.title) for code, kind in mine.items()],
    }
    return render(request, "importing/index.html", context)


@import_view
def new(request: TenantRequest, kind: str) -> HttpResponse:
    """Choose a file and what holds for all its rows; a worker reads it next."""
    what = KINDS[kind]
    typed, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    sheet, options = SheetForm(typed, files), what.options(typed)
    if typed is not None and sheet.is_valid() and options.is_valid():
        batch = _begin(request, kind, sheet, options.options())  # type: ignore[attr-defined]
        if batch is not None:
            return redirect(url(request, "import", batch.uuid))
    context = {
        "title": what.title,
        "intro": what.intro,
        "parent_title": _("Sheets handed in"),
        "parent_url": url(request, "imports"),
        "template_url": url(request, "import_template", kind),
        "columns": what.resource(None).columns(),
        "sheet": sheet,
        "options": options,
    }
    return render(request, "importing/new.html", context, status=400 if sheet.errors or options.errors else 200)


def _begin(request: TenantRequest, kind: str, sheet: SheetForm, options: dict[str, Any]) -> ImportBatch | None:
    file = sheet.cleaned_data["file"]
    try:
        batch = batches.begin(
            kind=kind, file_name=file.name, data=file.read(), options=options, again=sheet.cleaned_data["again"],
            institution=request.tenant, by=request.user, at=now(),
        )  # fmt: skip
    except DomainError as error:
        sheet.refuse(error)
        return None
    _send(batch)
    return batch


def _send(batch: ImportBatch) -> None:
    """A message that the broker does not take is sent again by the clock (`settle_imports`)."""

    def send() -> None:
        try:
            tasks.send(batch)
        except OperationalError:
            return

    transaction.on_commit(send)


@import_view
def template_sheet(request: TenantRequest, kind: str) -> HttpResponse:
    """The sheet to fill in, with an example and drop-downs."""
    what = KINDS[kind]
    data = template(what.resource(None).columns(), str(what.list_title))
    return _workbook(data, f"{what.list_title}.xlsx")


def _workbook(data: bytes, name: str) -> Any:
    response = FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@import_view
def page(request: TenantRequest, batch: ImportBatch) -> HttpResponse:
    """What the sheet would do, is doing, or has done."""
    return _page(request, batch, None)


def _page(request: TenantRequest, batch: ImportBatch, form: Any) -> HttpResponse:
    kind = KINDS[batch.kind]
    context = {
        "title": batch.file_name,
        "parent_title": _("Sheets handed in"),
        "parent_url": url(request, "imports"),
        "batch": batch,
        "in_work": batch.state in batches.IN_WORK,
        "kind": kind,
        "tone": TONES[batch.state],
        "figures": figures_of(batch),
        "said": said_of(batch),
        "new_url": url(request, "import_new", batch.kind),
        "errors_url": url(request, "import_errors", batch.uuid),
        "act_url": url(request, "import_act", batch.uuid),
        "status_url": url(request, "import_status", batch.uuid),
        "form": form or kind.confirm(batch=batch),
        "may_write": batch.new + batch.changed,
        **_rows(request, batch, kind),
    }
    template_name = "importing/_state.html" if request.htmx else "importing/batch.html"  # type: ignore[attr-defined]
    return render(request, template_name, context, status=400 if form is not None else 200)


def _rows(request: TenantRequest, batch: ImportBatch, kind: ImportKind) -> dict[str, Any]:
    """One page of the rows of one verdict, their cells masked; nothing once the sheet is deleted."""
    if not batch.rows_file or batch.state in batches.IN_WORK:
        return {}
    counts = {verdict: getattr(batch, verdict) for verdict in Verdict.values}
    first = Verdict.REFUSED if counts[Verdict.REFUSED] else Verdict.NEW
    chosen = request.GET.get("rows", first)
    chosen = chosen if chosen in Verdict.values else first
    shown = page_of(request, batch.rows.filter(verdict=chosen), ROWS_A_PAGE)
    sheet, wanted = sheet_of(batch), {row.number for row in shown.object_list}
    columns = [one for one in kind.resource(batch).columns() if one.name in sheet.headings.places]
    cells = {row.number: sheet.headings.cells(row) for row in sheet.body() if row.number in wanted}
    for row in shown.object_list:
        wrong = dict(row.problems)
        row.cells = [(masked_cell(one.name, cells[row.number][one.name].text), one.name in wrong) for one in columns]
        row.sentences = [sentence for _column, sentence in row.problems]
    views = [
        {"code": code, "label": label, "count": counts[code], "current": code == chosen}
        for code, label in Verdict.choices
    ]
    return {"page": shown, "columns": columns, "views": views, "chosen": chosen, "keep": kept(request)}


@import_view
def status(request: TenantRequest, batch: ImportBatch) -> HttpResponse:
    """The part of the page that changes while a worker is at it (htmx asks every second)."""
    if batch.state not in batches.IN_WORK:
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return _page(request, batch, None)


@require_POST
@import_view
def act(request: TenantRequest, batch: ImportBatch) -> HttpResponse:
    """Confirm, stop, go on, or take back."""
    verb = request.POST.get("verb", "")
    acting: dict[str, Any] = {"by": request.user, "at": now()}
    try:
        if verb == "confirm":
            form = KINDS[batch.kind].confirm(request.POST, batch=batch)
            if not form.is_valid():
                return _page(request, batch, form)
            _send(batches.confirm(batch, form.options(), **acting))  # type: ignore[attr-defined]
        elif verb == "stop":
            batches.stop(batch, **acting)
        elif verb == "go_on":
            _send(batches.go_on(batch, **acting))
        elif verb == "undo":
            _send(batches.undo(batch, **acting))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(url(request, "import", batch.uuid))


@import_view
def errors(request: TenantRequest, batch: ImportBatch) -> HttpResponse:
    """The refused rows as they came with the reason: correct them, hand them in again. Full numbers: in the trail."""
    if not batch.rows_file:
        raise Http404
    sheet = sheet_of(batch)
    found = batch.rows.filter(verdict=Verdict.REFUSED).values_list("number", "problems")
    titles = {one.name: one.title for one in KINDS[batch.kind].resource(batch).columns()}
    reasons = {number: _reason(problems, titles) for number, problems in found}
    record(
        "import.errors_taken", actor=request.user, subject=batch, institution=request.tenant, at=now(),
        rows=len(reasons),
    )  # fmt: skip
    data = result_sheet(sheet.rows, sheet.headings, reasons)
    return _workbook(data, _("Rows to correct") + ".xlsx")


def _reason(problems: list[list[str]], titles: dict[str, str]) -> str:
    return "\n".join(f"{titles[column]}：{said}" if column in titles else said for column, said in problems)
