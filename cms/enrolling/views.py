"""Enrolling online: certificate, details, confirm. Nothing is enrolled before the last button."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cms.enrolling import draft
from cms.enrolling.choices import Choice, choices_of
from cms.enrolling.forms import AgreeForm, DetailsForm, ScansForm
from cms.fees import Fees, fees_in_force
from learning import services
from learning.errors import BadScan, CannotEnrol
from learning.models import Enrolment, TrainingClass
from learning.scan_pictures import MOST_BYTES
from tenants.accounts.decorators import trainee_required
from tenants.accounts.flow import steps
from tenants.errors import DomainError
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest

PICTURES_A_MINUTE = 12


def _steps(current: int) -> list[dict[str, Any]]:
    titles = [
        (pgettext("papers", "Post certificate"), _("Which position you enrol for")),
        (_("Class and papers"), _("Class, phone, invoice, scans")),
        (_("Check and send"), _("Fee notice and consent")),
        (_("Confirmation"), _("The institution checks your papers")),
    ]
    return steps(titles, current)


@never_cache
@trainee_required
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: TenantRequest) -> HttpResponse:
    """Step 1. A link may name `position` and `year`, or a `class`."""
    at = now()
    choices = choices_of(request.user, request.tenant, at=at)
    wanted = _wanted(request)
    error = ""
    if request.method == "POST":
        chosen = next((one for one in choices if one.value == request.POST.get("choice")), None)
        if chosen is not None and not chosen.refusal:
            draft.begin(request, chosen, wanted["class"], at=at)
            return redirect("enrol:details")
        error = chosen.why if chosen else _("Please choose one of your post certificates.")
    free = [one for one in choices if not one.refusal]
    fitting = [one for one in free if one.is_for(wanted["position"], wanted["year"])]
    context = {
        "steps": _steps(0),
        "choices": choices,
        "chosen": next(iter(fitting or free), None),
        "may_go_on": bool(free),
        "wanted": wanted,
        "error": error,
    }
    return render(request, "cms/enrol/certificate.html", context, status=400 if error else 200)


def _wanted(request: TenantRequest) -> dict[str, str]:
    """What the link was about: text that is compared, never shown."""
    asked = request.POST if request.method == "POST" else request.GET
    wanted = {name: asked.get(name, "")[:40] for name in ("position", "year", "class")}
    found = _class_of(wanted["class"])
    if found is None:
        return wanted | {"class": ""}
    positions = list(found.positions.values_list("code", flat=True))
    return {"class": str(found.uuid), "year": str(found.year), "position": positions[0] if len(positions) == 1 else ""}


def _class_of(text: str) -> TrainingClass | None:
    """The class of this institution with this uuid."""
    try:
        return TrainingClass.objects.filter(uuid=UUID(text)).first() if text else None
    except ValueError:
        return None


@never_cache
@trainee_required
@sensitive_post_parameters("phone", "invoice_title", "invoice_tax_number")
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: TenantRequest) -> HttpResponse:
    """Step 2. Pictures are kept as they come, so that a wrong digit elsewhere does not cost them."""
    at = now()
    begun = draft.draft_of(request, at=at)
    if begun is None:
        return _start_again(request)
    classes = begun.classes(at=at)
    first = next((one.uuid for one in classes if not one.refusal), "")
    initial = {"training_class": begun.class_wanted or first} | begun.said
    form = DetailsForm(*_sent(request), classes=classes, initial=initial)
    if request.method == "POST":
        form.is_valid()
        keep_pictures(request, form, at=at)
        if not form.errors:
            draft.note(request, form.said(), at=at)
            return redirect("enrol:confirm")
    context = {
        "steps": _steps(1),
        "choice": begun.choice,
        "classes": classes,
        "class_chosen": form["training_class"].value() or "",
        "form": form,
        "scans": services.waiting_scans(request.user, request.tenant),
    }
    return render(request, "cms/enrol/details.html", context, status=400 if form.errors else 200)


def _sent(request: TenantRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def keep_pictures(
    request: TenantRequest, form: ScansForm, *, enrolment: Enrolment | None = None, at: datetime
) -> int:  # fmt: skip
    """Save the uploads of a bound form for the enrolment's person (the caller without one); errors go to their field.
    How many were kept."""
    kept = 0
    user = enrolment.user if enrolment else request.user
    for kind, upload in form.pictures().items():
        try:
            if not allowed("enrol.scan", str(request.user.pk), a_minute=PICTURES_A_MINUTE, at=at):
                raise BadScan("too_often")
            if upload.size > MOST_BYTES:
                raise BadScan("too_large")
            services.save_scan(
                user, request.tenant, kind, upload.read(), enrolment=enrolment, by=request.user, at=at
            )  # fmt: skip
            kept += 1
        except DomainError as error:
            form.add_error(kind, str(error.message))
            form.codes[kind] = error.code
    return kept


@never_cache
@trainee_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: TenantRequest) -> HttpResponse:
    """Step 3. Fees that changed since the page was shown are shown again."""
    at = now()
    begun = draft.draft_of(request, at=at)
    if begun is None or not begun.said:
        return _start_again(request)
    fees = fees_in_force(begun.choice.certificate.position.code, localdate(at))
    refused: DomainError | None = None
    changed = False
    if request.method == "POST":
        form = AgreeForm(request.POST)
        form.is_valid()
        changed = form.cleaned_data["fees"] != _seen(fees)
        if not changed and not form.cleaned_data["agreed"]:
            refused = CannotEnrol("no_consent", status=400)
        elif not changed:
            try:
                enrolment = _apply(request, begun, fees, agreed=True, at=at)
            except DomainError as error:
                refused = error
                if begun.choice.enrolment and error.code == "enrolment.exists":
                    return _already(request, begun.choice)
            else:
                draft.sent(request, str(enrolment.uuid))
                messages.success(request, _("Your application has been sent to the institution."))
                return redirect("enrol:application", enrolment.uuid)
    elif begun.choice.refusal:
        if begun.choice.enrolment:
            return _already(request, begun.choice)
        refused = CannotEnrol(begun.choice.refusal)
    status = 409 if changed else refused.status if refused else 200
    context = _summary(request, begun, at=at) | {"fees": fees, "seen": _seen(fees)}
    return render(
        request, "cms/enrol/confirm.html", context | {"refused": refused, "changed": changed}, status=status
    )  # fmt: skip


def _summary(request: TenantRequest, begun: draft.Draft, *, at: datetime) -> dict[str, Any]:
    return {
        "steps": _steps(2),
        "choice": begun.choice,
        "said": begun.said,
        "training_class": _class_of(begun.said["training_class"]),
        "scans": services.waiting_scans(request.user, request.tenant),
    }


def _apply(
    request: TenantRequest, begun: draft.Draft, fees: Fees | None, *, agreed: bool, at: datetime
) -> Enrolment:  # fmt: skip
    said = begun.said
    if fees is None:
        raise CannotEnrol("no_fee")
    chosen = _class_of(said["training_class"])
    if said["training_class"] and chosen is None:
        raise CannotEnrol("class_closed")
    return services.apply_for_enrolment(
        institution=request.tenant, certificate_number=begun.choice.certificate.number, year=begun.choice.year,
        training_class=chosen, training_fee=fees.training, textbook_fee=fees.textbook, fee_notice=fees.notice,
        phone=said["phone"], wants_invoice=said["wants_invoice"],
        invoice_title=said["invoice_title"] if said["wants_invoice"] else "",
        invoice_tax_number=said["invoice_tax_number"] if said["wants_invoice"] else "",
        agreed=agreed, by=request.user, at=at,
    )  # fmt: skip


def _seen(fees: Fees | None) -> str:
    """What the page shows of the fees, to be compared with when it comes back."""
    return f"{fees.notice}|{fees.training}|{fees.textbook}" if fees else ""


def _already(request: TenantRequest, choice: Choice) -> HttpResponse:
    messages.info(request, _("You have applied for this position and year already."))
    return redirect("enrol:application", choice.enrolment)


def _start_again(request: TenantRequest) -> HttpResponse:
    """Nothing is begun: after a second press of the last button to what the first one made, else to the beginning."""
    if request.method == "POST" and (uuid := draft.last_sent(request)):
        return redirect("enrol:application", uuid)
    messages.info(request, _("Please begin with your post certificate."))
    return redirect("enrol:certificate")
