"""The register of appraisals: list, search, add, change with a reason, make void."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from certs import services
from certs.models import AppraisalRecord, AppraisalResult
from cms.console import access
from cms.console.portal_forms import AppraisalForm, ChangeAppraisalForm, ReasonForm
from cms.frame import kept, page_of
from tenants.accounts.models import number_index
from tenants.accounts.rules import BadIdNumber, BadName
from tenants.errors import DomainError
from tenants.masking import redacted

TONES = {AppraisalResult.PENDING: "wait", AppraisalResult.PASSED: "done", AppraisalResult.FAILED: "off"}

FIELDS = ("number", "occupation", "level", "site", "region", "appraised_on", "result")


@access.console_view(*access.READERS_OF_CERTIFICATES)
def index(request: HttpRequest) -> HttpResponse:
    """By number, name, trade or a whole ID number. Typed by POST, found through the blind index."""
    if request.method == "POST":
        return _to_results(request.POST.get("q", "").strip()[:50])
    query, holder = request.GET.get("q", "").strip(), request.GET.get("holder", "")
    page = page_of(request, rows_of(request.GET))
    for record in page.object_list:
        record.tone = "fail" if record.is_void else TONES[AppraisalResult(record.result)]
    context = {
        "title": _("Appraisals"),
        "searchable": _("Number, name, trade, whole ID number"),
        "search_method": "post",
        "query": query,
        "searched": query or holder,
        "page": page,
        "keep": kept(request),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "console/appraisals.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[AppraisalRecord]:
    """The rows of the list for the words of its address: `q`, or `holder`."""
    query, holder = asked.get("q", "").strip(), asked.get("holder", "")
    rows = AppraisalRecord.objects.all()
    if query:
        return rows.filter(
            Q(number__icontains=query) | Q(holder_name__icontains=query) | Q(occupation__icontains=query)
        )
    return rows.filter(holder_id_index=holder) if holder else rows


def _to_results(query: str) -> HttpResponse:
    here = reverse("console:appraisals")
    if not query:
        return redirect(here)
    words = {"holder": number_index(query)} if redacted(query) != query else {"q": query}
    return redirect(f"{here}?{urlencode(words)}")


@access.console_view(*access.CLERKS)
def add(request: HttpRequest) -> HttpResponse:
    form = AppraisalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record = services.add_appraisal(form.facts, by=request.user, at=now())  # type: ignore[arg-type]
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("The record is entered. Whoever knows number and name can look it up now."))
            return redirect("console:appraisal", uuid=record.uuid)
    context = {"form": form, "title": _("Enter an appraisal")} | _parent()
    return render(request, "console/appraisal_add.html", context, status=400 if form.errors else 200)


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def page(request: HttpRequest, uuid: str) -> HttpResponse:
    """One record; a POST corrects it."""
    record = get_object_or_404(AppraisalRecord, uuid=uuid)
    form = ChangeAppraisalForm(request.POST or None, initial=_given(record))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_appraisal(
                record,
                form.facts,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=now(),
            )
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("The correction is saved and stands in the audit trail."))
            return redirect("console:appraisal", uuid=record.uuid)
    return _shown(request, record, form, ReasonForm(auto_id="void_%s"))


@require_POST
@access.console_view(*access.CLERKS)
def void(request: HttpRequest, uuid: str) -> HttpResponse:
    """The record was wrong as a whole."""
    record = get_object_or_404(AppraisalRecord, uuid=uuid)
    form = ReasonForm(request.POST, auto_id="void_%s")
    if form.is_valid():
        try:
            services.void_appraisal(record, reason=form.cleaned_data["reason"], by=request.user, at=now())  # type: ignore[arg-type]
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("The record is void. Whoever looks it up is told so."))
            return redirect("console:appraisal", uuid=record.uuid)
    return _shown(request, record, ChangeAppraisalForm(initial=_given(record)), form)


def _given(record: AppraisalRecord) -> dict[str, Any]:
    """What stands in the form of a correction: everything but the holder's number."""
    return {name: getattr(record, name) for name in FIELDS} | {"name": record.holder_name}


def _shown(request: HttpRequest, record: AppraisalRecord, form: forms.Form, reason: forms.Form) -> HttpResponse:
    may_change = access.has_role(request.user, *access.CLERKS) and not record.is_void
    record.tone = "fail" if record.is_void else TONES[AppraisalResult(record.result)]  # type: ignore[attr-defined]
    context = {"title": record.number, "record": record, "form": form, "reason": reason, "may_change": may_change}
    failed = form.errors or reason.errors
    return render(request, "console/appraisal.html", context | _parent(), status=400 if failed else 200)


def _parent() -> dict[str, Any]:
    return {"parent_title": _("Appraisals"), "parent_url": reverse("console:appraisals")}


def _say(form: forms.Form, error: DomainError) -> None:
    """The rule's sentence at the field it is about, or above all fields."""
    fields = {BadName: "name", BadIdNumber: "id_number"}
    name = fields.get(type(error), getattr(error, "field", ""))
    form.add_error(name if name in form.fields else None, error.message)
