"""转移机构: the association moves somebody who has not begun to another institution. First where to, then how."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.brand_forms import PlainForm
from cms.console import access
from cms.console.views.enrolments import found, standing_lines, why_not
from cms.fees import Fees, fees_at
from learning import services
from learning.models import Enrolment, TrainingClass
from learning.transfer_queries import classes_for, institutions_for
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.requests import TenantRequest


class TransferForm(PlainForm):
    """Which class, why, and what the old institution pays back."""

    training_class = forms.ChoiceField(label=gettext_lazy("Class"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"), min_length=2, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=dict.fromkeys(("required", "min_length"), gettext_lazy("Say why in one sentence.")),
        help_text=gettext_lazy("The institution that is left reads it."),
    )  # fmt: skip
    refund_note = forms.CharField(
        label=gettext_lazy("Refund"), max_length=200, required=False,
        help_text=gettext_lazy("sum, way and day, as agreed with the trainee"),
    )  # fmt: skip

    def __init__(self, *args: Any, classes: list[TrainingClass], refund_due: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = {str(one.uuid): one for one in classes}
        choices = [("", _("no class yet")), *((key, one.name) for key, one in self.classes.items())]
        self.fields["training_class"].choices = choices  # type: ignore[attr-defined]
        if not refund_due:
            del self.fields["refund_note"]

    def chosen(self) -> dict[str, Any]:
        """For the service."""
        data = self.cleaned_data
        return {
            "training_class": self.classes.get(data["training_class"]), "reason": data["reason"],
            "refund_note": data.get("refund_note", ""),
        }  # fmt: skip


@access.console_view(*access.CLERKS)
def transfer(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Where to: the institutions that may take it, with what each asks; with `?to=` how, and POST moves."""
    enrolment = found(uuid)
    if refusal := _refusal(request, enrolment):
        return render(request, "console/transfer.html", _context(enrolment) | {"refusal": refusal}, status=409)
    if "to" in request.GET:
        return _to(request, enrolment, _target(request.GET["to"]))
    on = localdate(now())
    targets = [(one, fees_at(one, enrolment.position.code, on)) for one in institutions_for(enrolment)]
    return render(request, "console/transfer.html", _context(enrolment) | {"targets": targets})


def _target(text: str) -> Institution:
    try:
        uuid = UUID(text)
    except ValueError as error:
        raise Http404 from error
    institution: Institution = get_object_or_404(Institution.objects.training(), uuid=uuid)
    return institution


def _to(request: TenantRequest, enrolment: Enrolment, target: Institution) -> HttpResponse:
    """Class, reason, refund. What stands against it is said, and nothing is written."""
    at = now()
    fees, due = fees_at(target, enrolment.position.code, localdate(at)), services.refund_is_due(enrolment, at=at)
    form = TransferForm(request.POST or None, classes=classes_for(enrolment, target, localdate(at)), refund_due=due)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            moved, status = _move(request, enrolment, target, fees, form)
            if moved is not None:
                return redirect("console:enrolment", moved.uuid)
    context = _context(enrolment) | {"target": target, "fees": fees, "form": form, "refund_due": due}
    return render(request, "console/transfer_to.html", context, status=status)


def _refusal(request: TenantRequest, enrolment: Enrolment) -> str:
    if enrolment.user_id == request.user.pk:
        return _("This is your own enrolment: a colleague has to do it.")
    return why_not(enrolment)


def _move(
    request: TenantRequest, enrolment: Enrolment, target: Institution, fees: Fees | None, form: TransferForm
) -> tuple[Enrolment | None, int]:
    try:
        moved = services.transfer(
            enrolment, target, training_fee=fees.training if fees else Decimal(0),
            textbook_fee=fees.textbook if fees else Decimal(0), fee_notice=fees.notice if fees else "",
            by=request.user, at=now(), **form.chosen(),
        )  # fmt: skip
    except DomainError as error:
        is_refund = error.code == "enrolment.refund_note" and "refund_note" in form.fields
        form.add_error("refund_note" if is_refund else None, error.message)
        return None, 400 if is_refund else error.status
    words = _("%(name)s is enrolled at %(institution)s now, and awaits confirmation there.")
    messages.success(request, words % {"name": enrolment.user.name, "institution": target.short_name})
    return moved, 302


def _context(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "title": _("Move to another institution"),
        "parent_title": enrolment.user.name,
        "parent_url": reverse("console:enrolment", args=[enrolment.uuid]),
        "enrolment": enrolment,
        "facts": standing_lines(enrolment),
    }
