"""Enrolments: the list, the two steps of admission, and enrolling somebody at the counter."""

from collections.abc import Mapping
from decimal import Decimal

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cms.desk import access
from cms.desk.enrolment_forms import TogetherForm
from cms.desk.forms import EnrolForm, PersonForm
from cms.enrolment_words import dress
from cms.fees import fees_in_force, fees_of_all
from cms.frame import kept, page_of
from learning import services
from learning.entitlement import certificates_of
from learning.models import Admission, Enrolment, HoursState, Plan, PostCertificate, TrainingClass
from learning.queries import progress_of_many
from learning.register_queries import ON_REVOKED
from tenants.accounts.models import number_index
from tenants.accounts.rules import normalised_document
from tenants.accounts.services import pre_register
from tenants.errors import DomainError
from tenants.requests import TenantRequest

VIEWS = {
    "all": Q(),
    "confirm": Q(admission=Admission.AWAITING_CONFIRMATION),
    "pay": Q(admission=Admission.AWAITING_PAYMENT),
    "studying": Q(admission=Admission.ADMITTED, hours_state=HoursState.STUDYING),
    "review": Q(hours_state=HoursState.IN_REVIEW),
    "cleared": Q(hours_state=HoursState.CLEARED),
    "done": Q(certified_at__isnull=False),
    "revoked": ON_REVOKED,
}
VERBS = {"confirm": services.admit, "pay": services.mark_paid, "withdraw": services.withdraw}


@access.desk_view(*access.READERS, change=access.CLERKS)
def index(request: TenantRequest) -> HttpResponse:
    """Everybody enrolled here, with hours, exam and the next step of the desk; POST notes payments of the chosen."""
    together = TogetherForm(request.POST or None, initial={"on": localdate(now())})
    if request.method == "POST" and _pay_together(request, together):
        return redirect(request.get_full_path())
    chosen = request.GET.get("class", "")
    view, query = request.GET.get("view", "all"), request.GET.get("q", "").strip()
    view = view if view in VIEWS else "all"
    here = of_class(chosen)
    counts = here.aggregate(
        **{name: Count("pk", filter=where) for name, where in VIEWS.items() if name != "all"}, all=Count("pk")
    )
    page = page_of(request, rows_of(request.GET))
    progress = progress_of_many(list(page.object_list))
    for enrolment in page.object_list:
        dress(enrolment, progress[enrolment.pk])
    context = {
        "title": _("Enrolments"),
        "searchable": _("Name, pinyin, class"),
        "query": query,
        "page": page,
        "keep": kept(request),
        "views": [
            {"code": code, "label": label, "count": counts[code], "current": code == view}
            for code, label in _view_names()
            if code != "revoked" or counts[code] or code == view
        ],
        "view": view,
        "classes": TrainingClass.objects.order_by("-year", "name"),
        "chosen": chosen,
        "together": together,
        "may_change": access.has_role(request.user, *access.CLERKS),
        "here": request.get_full_path(),
    }
    return render(request, "desk/enrolments.html", context, status=400 if together.errors else 200)


def of_class(chosen: str) -> QuerySet[Enrolment]:
    """Everybody of the class of this key; of all classes without one."""
    return Enrolment.objects.filter(training_class=int(chosen)) if is_key(chosen) else Enrolment.objects.all()


def rows_of(asked: Mapping[str, str]) -> QuerySet[Enrolment]:
    """The rows of the list for the words of its address: `class`, `view`, `q`."""
    query = asked.get("q", "").strip()
    where = VIEWS.get(asked.get("view", "all"), VIEWS["all"])
    rows = of_class(asked.get("class", "")).filter(where)
    if query:
        rows = rows.filter(
            Q(user__name__icontains=query)
            | Q(user__name_pinyin__icontains=query.lower())
            | Q(training_class__name__icontains=query)
        )
    return rows.select_related("user", "position", "training_class", "plan", "post_certificate")


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _pay_together(request: TenantRequest, form: TogetherForm) -> bool:
    """Whether all of the chosen were noted as paid; else nobody was, and the form says why."""
    if not form.is_valid():
        return False
    data = form.cleaned_data
    chosen = list(Enrolment.objects.filter(uuid__in=data["people"]))
    try:
        done = services.mark_paid_together(chosen, on=data["on"], way=data["way"], by=request.user, at=now())
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    words = ngettext("Payment noted for %(n)d person.", "Payment noted for %(n)d people.", done)
    messages.success(request, words % {"n": done})
    return True


def _view_names() -> list[tuple[str, str]]:
    return [
        ("all", _("All")),
        ("confirm", _("To confirm")),
        ("pay", _("To pay")),
        ("studying", _("Studying")),
        ("review", _("In review")),
        ("cleared", _("Cleared")),
        ("done", _("Certified")),
        ("revoked", _("Certificate revoked")),
    ]


@require_POST
@access.desk_view(*access.CLERKS)
def step(request: TenantRequest, uuid: str) -> HttpResponse:
    """One step of admission: confirm, pay or withdraw."""
    enrolment: Enrolment = get_object_or_404(Enrolment.objects.select_related("user"), uuid=uuid)
    verb = request.POST.get("verb", "")
    words = {
        "confirm": _("%(name)s: enrolment confirmed."),
        "pay": _("%(name)s: payment noted; the trainee may study."),
        "withdraw": _("%(name)s: enrolment withdrawn."),
    }
    try:
        if verb == "confirm" and request.POST.get("seen") != "on":
            messages.error(request, _("Without this nothing is confirmed."))
        elif verb in VERBS:
            VERBS[verb](enrolment, by=request.user, at=now())
            messages.success(request, words[verb] % {"name": enrolment.user.name})
    except DomainError as error:
        messages.error(request, error.message)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("desk:enrolments"))


@access.desk_view(*access.CLERKS)
def new(request: TenantRequest) -> HttpResponse:
    """Number and name first; then what the register holds for them. Nothing of an existing account is shown."""
    person = PersonForm(request.POST or None)
    certificates: list[PostCertificate] = []
    form = None
    if request.method == "POST" and person.is_valid():
        try:
            number = normalised_document(person.document_kind, person.cleaned_data["id_number"])
            certificates = _certificates_of(number, person.cleaned_data["name"])
        except DomainError as error:
            person.add_error("id_number", error.message)
        else:
            form = EnrolForm(
                request.POST if "enrol" in request.POST else None,
                certificates=certificates,
                years=_years(),
                initial=person.cleaned_data | {"certificate": _first_accepted(certificates)},
            )
            if form.is_bound and form.is_valid() and _enrol(request, form):
                return redirect("desk:enrolments")
    context = {
        "title": _("Enrol somebody"),
        "parent_title": _("Enrolments"),
        "parent_url": reverse("desk:enrolments"),
        "person": person,
        "form": form,
        "certificates": certificates,
    }
    failed = person.errors or (form is not None and form.errors)
    return render(request, "desk/enrol.html", context, status=400 if failed else 200)


def _first_accepted(certificates: list[PostCertificate]) -> str:
    """Number of the first certificate that `_certificates_of` found no reason against."""
    return next((one.number for one in certificates if not one.refusal), "")  # type: ignore[attr-defined]


def _certificates_of(number: str, name: str) -> list[PostCertificate]:
    """What the register holds for exactly this number and name, each with its `refusal` and the `fees` in force."""
    at = now()
    found = certificates_of(number_index(number), name, at=at)
    fees = fees_of_all({one.position.code for one in found}, localdate(at))
    for certificate in found:
        certificate.fees = fees.get(certificate.position.code)  # type: ignore[attr-defined]
    return found


def _years() -> list[int]:
    """Years with a published plan, the newest first."""
    years = Plan.objects.filter(published_at__isnull=False).order_by("-year").values_list("year", flat=True).distinct()
    return list(years) or [localdate(now()).year]


def _enrol(request: TenantRequest, form: EnrolForm) -> bool:
    data, at = form.cleaned_data, now()
    institution = request.tenant
    code = PostCertificate.objects.values_list("position__code", flat=True).get(number=data["certificate"])
    fees = fees_in_force(code, localdate(at))
    try:
        user = pre_register(
            id_number=data["id_number"],
            name=data["name"],
            phone=data["phone"] or None,
            by=request.user,
            institution=institution,
            at=at,
            document_kind=form.document_kind,
            gender=data["gender"],
        )
        services.enrol(
            institution=institution, user=user, certificate_number=data["certificate"], year=data["year"],
            training_class=data["training_class"], training_fee=fees.training if fees else Decimal(0),
            textbook_fee=fees.textbook if fees else Decimal(0), fee_notice=fees.notice if fees else "",
            phone=data["phone"], wants_invoice=data["wants_invoice"],
            invoice_title=data["invoice_title"], invoice_tax_number=data["invoice_tax_number"],
            by=request.user, at=at,
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(
        request, _("%(name)s is enrolled. Confirm the enrolment once you have seen the card.") % {"name": data["name"]}
    )
    return True
