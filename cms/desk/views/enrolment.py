"""One enrolment: all that is written about it, and its next step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.desk import access
from cms.desk.enrolment_forms import CorrectPaymentForm, PayForm, SeenForm, TakeBackForm, WithdrawForm
from cms.enrolling.application import picture
from cms.enrolling.forms import ScansForm
from cms.enrolling.views import keep_pictures
from cms.enrolment_words import dress, steps_of
from learning import services
from learning.models import Admission, Enrolment, EnrolmentScan, Origin
from learning.queries import progress_of
from tenants.errors import DomainError
from tenants.requests import TenantRequest

FORMS: dict[str, type[forms.Form]] = {
    "confirm": SeenForm, "pay": PayForm, "withdraw": WithdrawForm, "scans": ScansForm, "correct": CorrectPaymentForm,
    "take_back": TakeBackForm,
}  # fmt: skip
VERBS: dict[str, Any] = {
    "confirm": lambda enrolment, _data, **acting: services.admit(enrolment, **acting),
    "pay": lambda enrolment, data, **acting: services.mark_paid(enrolment, **data, **acting),
    "withdraw": lambda enrolment, data, **acting: services.withdraw(enrolment, **data, **acting),
    "correct": lambda enrolment, data, **acting: services.correct_payment(enrolment, **data, **acting),
    "take_back": lambda enrolment, data, **acting: services.take_back_payment(enrolment, **data, **acting),
}
NOT_ONES_OWN = {"confirm", "pay", "correct", "take_back"}
STEP_OF = {Admission.AWAITING_CONFIRMATION: "confirm", Admission.AWAITING_PAYMENT: "pay"}


@access.desk_view(*access.READERS, change=access.CLERKS)
def page(request: TenantRequest, uuid: str) -> HttpResponse:
    """Readers look; clerks confirm with their word that they saw the papers, note the payment and what was wrong with
    it, withdraw."""
    related = ("user", "position", "training_class", "post_certificate", "plan", "seen_by", "institution")
    enrolment: Enrolment = get_object_or_404(Enrolment.objects.select_related(*related), uuid=uuid)
    verb, shown = request.POST.get("verb", ""), _forms(enrolment)
    if request.method == "POST" and verb in shown:
        shown[verb] = FORMS[verb](request.POST, request.FILES)
        if shown[verb].is_valid() and _take(request, enrolment, verb, shown[verb]):
            return redirect("desk:enrolment", enrolment.uuid)
    failed = any(form.errors for form in shown.values())
    return render(request, "desk/enrolment.html", _context(request, enrolment, shown), status=400 if failed else 200)


@access.desk_view(*access.CLERKS)
@require_safe
def scan(request: TenantRequest, uuid: str) -> HttpResponse:
    """A scan of papers for who confirms them; the look is recorded before a byte leaves."""
    return picture(get_object_or_404(EnrolmentScan.objects.exclude(enrolment=None), uuid=uuid), request)


def _forms(enrolment: Enrolment) -> dict[str, forms.Form]:
    """The steps that its state allows."""
    initial = {"amount": enrolment.training_fee + enrolment.textbook_fee, "on": localdate(now())}
    shown: dict[str, forms.Form] = {}
    if step := STEP_OF.get(Admission(enrolment.admission)):
        shown[step] = FORMS[step](initial=initial)
    if enrolment.admission == Admission.AWAITING_CONFIRMATION:
        shown["scans"] = ScansForm()
    if enrolment.paid_at:
        paid = {"on": enrolment.paid_on, "way": enrolment.paid_way, "receipt_number": enrolment.receipt_number}
        shown["correct"] = CorrectPaymentForm(initial=paid)
        if services.may_take_back(enrolment):
            shown["take_back"] = TakeBackForm()
    finished = enrolment.exam_passed_at or enrolment.hours_recorded_at  # the service refuses these too
    if enrolment.admission != Admission.WITHDRAWN and not finished:
        shown["withdraw"] = WithdrawForm()
    return shown


def _take(request: TenantRequest, enrolment: Enrolment, verb: str, form: forms.Form) -> bool:
    acting: dict[str, Any] = {"by": request.user, "at": now()}
    words = {
        "confirm": _("%(name)s: enrolment confirmed."),
        "pay": _("%(name)s: payment noted; the trainee may study."),
        "withdraw": _("%(name)s: enrolment withdrawn."),
        "scans": _("%(name)s: scans saved."),
        "correct": _("%(name)s: payment corrected."),
        "take_back": _("%(name)s: payment taken back; it is to be paid again."),
    }
    if isinstance(form, ScansForm):
        kept = keep_pictures(request, form, enrolment=enrolment, at=now())
        if not kept and not form.errors:
            form.add_error(None, _("Choose at least one picture."))
        if form.errors:
            return False
        messages.success(request, words[verb] % {"name": enrolment.user.name})
        return True
    try:
        VERBS[verb](enrolment, form.cleaned_data, **acting)
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, words[verb] % {"name": enrolment.user.name})
    return True


def _context(request: TenantRequest, enrolment: Enrolment, shown: dict[str, forms.Form]) -> dict[str, Any]:
    dress(enrolment, progress_of(enrolment))
    may_change = access.has_role(request.user, *access.CLERKS)
    own = enrolment.user_id == request.user.pk
    if own:  # no buttons that the services refuse
        shown = {verb: form for verb, form in shown.items() if verb not in NOT_ONES_OWN or form.errors}
    return {
        "title": enrolment.user.name,
        "parent_title": _("Enrolments"),
        "parent_url": reverse("desk:enrolments"),
        "enrolment": enrolment,
        "steps": steps_of(enrolment),
        "forms": shown if may_change else {},
        "may_change": may_change,
        "own": own,
        "scans": EnrolmentScan.objects.filter(enrolment=enrolment) if may_change else [],
        "is_application": enrolment.origin == Origin.TRAINEE
        and enrolment.admission in (Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT),
        "refund_due": "withdraw" in shown and services.refund_is_due(enrolment, at=now()),
    }
