"""Pages of exports, the same at the desk and in the console: choose, wait, take the file. Rooms give them their doors
(`cms/desk/views/exports.py`, `cms/console/views/exports.py`)."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from cms.exporting.forms import ExportForm
from cms.exporting.lists import lists_at
from cms.exporting.words import described
from cms.frame import kept, no_right, page_of
from cms.tasks import send
from tenants.accounts.reveal import MayNotReveal, may_reveal
from tenants.errors import DomainError
from tenants.exports import services
from tenants.exports.errors import NotReady
from tenants.exports.files import CONTENT_TYPES
from tenants.exports.lists import Asked, ListExport, count_of
from tenants.exports.models import ExportJob, Format
from tenants.exports.rules import ExportRules, is_at_once
from tenants.requests import TenantRequest
from tenants.roles.decorators import has_role
from tenants.rulesets.rules import PrivacyRules
from tenants.rulesets.services import rules_for


def space_of(request: TenantRequest) -> str:
    """The namespace of this place's addresses."""
    return "console" if request.tenant.is_association else "desk"


def ask(request: TenantRequest, what: str) -> HttpResponse:
    """The list as its page shows it now (the same words in the address); POST takes it, or has it made."""
    export = lists_at(request.tenant).get(what)
    if export is None:
        raise Http404
    if not has_role(request.user, *export.roles):
        return no_right(request, export.roles)
    asked = Asked(export.words_of(request.GET), request.tenant, now())
    rows = export.rows(asked)
    form = ExportForm(request.POST if request.method == "POST" else None, export=export)
    total, status = count_of(rows), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _taken(request, _wish(export, form), asked, rows, total)
            except DomainError as error:
                form.add_error("full" if isinstance(error, MayNotReveal) else "reason", error.message)
                status = error.status
    return render(request, "cms/export/ask.html", _context(request, export, asked, form, total), status=status)


def _wish(export: ListExport, form: ExportForm) -> services.Wish:
    data = form.cleaned_data
    return services.Wish(
        export, export.chosen(data["columns"]), data["format"], full=data["full"] and export.has_personal,
        reason=data["reason"],
    )  # fmt: skip


def _taken(request: TenantRequest, wish: services.Wish, asked: Asked, rows: Any, total: int) -> HttpResponse:
    if is_at_once(total, rules_for(ExportRules, at=asked.at)):
        file = services.write_now(wish, asked, rows, by=request.user)
        return _file(file, f"{wish.export.title}-{localtime(asked.at):%Y%m%d-%H%M}.{wish.format}", wish.format)
    job = services.queue(wish, asked, total, by=request.user)
    send(job)
    return redirect(f"{space_of(request)}:export_job", job.uuid)


def _file(file: Any, name: str, kind: str) -> HttpResponse:
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[Format(kind)])
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store, private"
    return answer  # type: ignore[return-value]  # a FileResponse is one in all but ancestry


def _context(
    request: TenantRequest, export: ListExport, asked: Asked, form: ExportForm, total: int
) -> dict[str, Any]:  # fmt: skip
    rules = rules_for(ExportRules, at=asked.at)
    personal = [str(column.title) for column in export.columns if column.is_personal]
    return {
        "title": _("Export: %(list)s") % {"list": export.title},
        "parent_title": _("Exports"),
        "parent_url": reverse(f"{space_of(request)}:exports"),
        "export": export,
        "form": form,
        "total": total,
        "filtered": bool(asked.words),
        "words": urlencode(asked.words),
        "at_once": is_at_once(total, rules),
        "rules": rules,
        "too_many": total > rules.most_rows,
        "personal": personal,
        "may_full": bool(personal) and may_reveal(request.user, request.tenant),
        "least": rules_for(PrivacyRules, at=asked.at).reveal_reason_min,
    }


def index(request: TenantRequest) -> HttpResponse:
    """One's own files that are made in the background, newest first."""
    page = page_of(request, _own(request))
    context = {
        "title": _("Exports"), "page": page, "jobs": described(page.object_list), "keep": kept(request),
        "space": space_of(request),
        "rules": rules_for(ExportRules, at=now()),
    }  # fmt: skip
    return render(request, "cms/export/index.html", context)


def _own(request: TenantRequest) -> Any:
    """Nobody sees the files of somebody else, nor one's own of another place."""
    mine = ExportJob.objects.filter(by=request.user, institution=request.tenant, expires_at__gt=now())
    return mine.select_related("institution")


def _job(request: TenantRequest, uuid: UUID) -> Any:
    return described([get_object_or_404(_own(request), uuid=uuid)])[0]


def job(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """How far it is; the part that changes asks again by itself."""
    found = _job(request, uuid)
    context = {
        "title": found.title,
        "parent_title": _("Exports"), "parent_url": reverse(f"{space_of(request)}:exports"), "job": found,
        "space": space_of(request),
    }  # fmt: skip
    part = request.headers.get("HX-Request") == "true"
    answer = render(request, "cms/export/_state.html" if part else "cms/export/job.html", context)
    answer["Cache-Control"] = "no-store, private"
    return answer


def download(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """The file, for the one who asked for it; the audit row is committed first."""
    found = _job(request, uuid)
    try:
        data = services.open_file(found, by=request.user, at=now())
    except NotReady as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
        answer = job(request, uuid)
        answer.status_code = error.status
        return answer
    name = f"{found.title}-{localtime(found.created_at):%Y%m%d-%H%M}.{found.format}"
    return _file(BytesIO(data), name, found.format)


def cancel(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Give up a file that is being made."""
    found = _job(request, uuid)
    if services.cancel(found, by=request.user, at=now()):
        messages.success(request, _("Cancelled. Nothing was kept."))
    else:
        messages.error(request, _("It had already ended."))
    return redirect(f"{space_of(request)}:export_job", uuid)
