"""Requests of people about their own data: the list, and a wished correction to decide."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certs import queries as certs
from cms.console import access
from cms.frame import kept, page_of
from tenants.accounts import data_requests
from tenants.accounts.data_requests import FIELDS, Wish
from tenants.accounts.models import DataRequest, Gender
from tenants.errors import DomainError
from tenants.requests import TenantRequest

TONES = {
    DataRequest.State.OPEN: "wait",
    DataRequest.State.DONE: "done",
    DataRequest.State.REFUSED: "fail",
    DataRequest.State.WITHDRAWN: "off",
}
PARTS = ((0, 6, gettext_lazy("region")), (6, 14, gettext_lazy("date of birth")), (14, 17, gettext_lazy("order number")),
         (17, 18, gettext_lazy("check digit")))  # fmt: skip


class AnswerForm(forms.Form):
    seen = forms.BooleanField(
        label=gettext_lazy("I have seen the document or its scan, and it says so"), required=False
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the person"), max_length=300, required=False,
        help_text=gettext_lazy("The person reads it. Needed when it is refused."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@access.console_view(*access.READERS_OF_CERTIFICATES)
def index(request: TenantRequest) -> HttpResponse:
    """What waits comes first, the nearest day at the top."""
    at, view = now(), request.GET.get("view", "open")
    page = page_of(request, rows_of(view, at))
    for row in page.object_list:
        row.tone = "fail" if _is_late(row, at) else TONES[DataRequest.State(row.state)]
        row.late = _is_late(row, at)
        row.wished = FIELDS.get(Wish.of(row).field, "") if row.kind == DataRequest.Kind.CORRECT else ""
    views = [("open", _("To be answered")), ("late", _("Late")), ("ended", _("Ended")), ("all", _("All"))]
    context = {
        "title": _("Requests about data"),
        "page": page,
        "keep": kept(request),
        "views": views,
        "view": view,
    }
    return render(request, "console/data_requests.html", context)


def rows_of(view: str, at: datetime) -> QuerySet[DataRequest]:
    """The rows of a view of the list."""
    rows = DataRequest.objects.select_related("user", "decided_by")
    waiting = rows.filter(state=DataRequest.State.OPEN).order_by("due_at", "pk")
    if view == "late":
        return waiting.filter(due_at__lte=at).exclude(kind=DataRequest.Kind.CLOSE)
    if view == "ended":
        return rows.exclude(state=DataRequest.State.OPEN).order_by("-decided_at", "-pk")
    return rows if view == "all" else waiting


def _is_late(row: DataRequest, at: datetime) -> bool:
    return row.state == DataRequest.State.OPEN and row.kind != DataRequest.Kind.CLOSE and row.due_at <= at


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def case(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """One wish: what we hold, what should stand there, which papers carry the old; then the decision."""
    rows = DataRequest.objects.select_related("user", "decided_by")
    asked = get_object_or_404(rows, uuid=uuid, kind=DataRequest.Kind.CORRECT)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, asked, form):
        return redirect("console:data_requests")
    at = now()
    context = {
        "title": asked.user.name,
        "parent_url": reverse("console:data_requests"),
        "parent_title": _("Requests about data"),
        "asked": asked,
        "late": _is_late(asked, at),
        "tone": TONES[DataRequest.State(asked.state)],
        "form": form,
        "may_decide": access.has_role(request.user, *access.CLERKS) and asked.user_id != request.user.pk,
        **_compared(asked),
    }
    return render(request, "console/data_request.html", context, status=400 if form.errors else 200)


def _compared(asked: DataRequest) -> dict[str, Any]:
    """Old and new side by side; numbers stay masked, so the parts that differ are named."""
    wish, user = Wish.of(asked), asked.user
    is_gender = wish.field == "gender"
    return {
        "wish": wish,
        "field": FIELDS.get(wish.field, ""),
        "held": user.get_gender_display() if is_gender else getattr(user, wish.field, ""),
        "wished": Gender(wish.value).label if is_gender else wish.value,
        "differs": _parts_that_differ(user.id_number, wish.value) if wish.field == "id_number" else [],
        "documents": certs.documents_with_other_facts(user) if asked.state == DataRequest.State.DONE else
        certs.documents_that_would_differ(user, wish.field, wish.value),
    }  # fmt: skip


def _parts_that_differ(old: str, new: str) -> list[str]:
    """Which parts of an 18-digit number are not the same; nothing for a passport."""
    if len(old) != 18 or len(new) != 18:
        return []
    return [str(name) for start, end, name in PARTS if old[start:end] != new[start:end]]


def _decided(request: TenantRequest, asked: DataRequest, form: AnswerForm) -> bool:
    """Accept or refuse; what stands against it is said at its field."""
    accept, at = "accept" in request.POST, now()
    answer = form.cleaned_data["answer"]
    if accept and not form.cleaned_data["seen"]:
        form.add_error("seen", _("Look at the document first, and tick this."))
        return False
    try:
        if accept:
            data_requests.accept_correction(asked, answer=answer, by=request.user, at=at)
        else:
            data_requests.refuse_correction(asked, answer=answer, by=request.user, at=at)
    except DomainError as error:
        form.add_error("answer" if isinstance(error, data_requests.AnswerMissing) else None, error.message)
        return False
    sentence = _("Corrected; the person gets an SMS.") if accept else _("Refused; the person gets an SMS.")
    messages.success(request, sentence)
    return True
