"""Enrolling somebody at the counter: who it is, what the register holds of them, what for."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from cms.desk import access
from cms.desk.forms import EnrolForm, PersonForm
from cms.enrolling.choices import Choice, choices_at_counter
from cms.fees import Fees, fees_in_force
from learning import services
from learning.models import Plan, PostCertificate
from tenants.accounts.rules import normalised_document
from tenants.errors import DomainError
from tenants.requests import TenantRequest

FREE = "no_fee"  # the one refusal that the clerk's own word lifts


@dataclass
class Line:
    """A certificate as the counter offers it. `open` are the years one may enrol for; `refused` the others, those of
    one reason together, with its sentence and code."""

    certificate: PostCertificate
    fees: Fees | None
    open: list[int] = field(default_factory=list)
    refused: dict[str, tuple[list[int], Choice]] = field(default_factory=dict)

    @property
    def has_years(self) -> bool:
        """Whether a reason holds for some years only."""
        return len(self.open) + sum(len(years) for years, _choice in self.refused.values()) > 1

    @property
    def asks_nothing(self) -> bool:
        return bool(self.open) and self.fees is None


@access.desk_view(*access.CLERKS)
def new(request: TenantRequest) -> HttpResponse:
    """Number and name first; then what the register holds for them. Nothing of an existing account is shown."""
    person = PersonForm(request.POST or None)
    lines: list[Line] = []
    form = None
    if request.method == "POST" and person.is_valid():
        try:
            lines = _lines(request, person)
        except DomainError as error:
            person.add_error("id_number", error.message)
        else:
            first = next((line for line in lines if line.open), None)
            chosen = {"certificate": first.certificate.number, "year": first.open[0]} if first else {}
            form = EnrolForm(
                request.POST if "enrol" in request.POST else None,
                certificates=[line.certificate for line in lines],
                years=_years(),
                initial=person.cleaned_data | chosen,
            )
            if form.is_bound and form.is_valid() and _enrol(request, form):
                return redirect("desk:enrolments")
    context = {
        "title": _("Enrol somebody"),
        "parent_title": _("Enrolments"),
        "parent_url": reverse("desk:enrolments"),
        "person": person,
        "form": form,
        "lines": lines,
        "asks_nothing": any(line.asks_nothing for line in lines),
    }
    failed = person.errors or (form is not None and form.errors)
    return render(request, "desk/enrol.html", context, status=400 if failed else 200)


def _lines(request: TenantRequest, person: PersonForm) -> list[Line]:
    """What the register holds for exactly this number and name, what entitles first. Raises `BadDocument`."""
    kind = person.document_kind
    number = normalised_document(kind, person.cleaned_data["id_number"])
    lines: dict[int, Line] = {}
    for choice in choices_at_counter(kind, number, person.cleaned_data["name"], request.tenant, at=now()):
        line = lines.setdefault(choice.certificate.pk, Line(choice.certificate, choice.fees))
        if choice.refusal in ("", FREE):
            line.open.append(choice.year)
        else:
            line.refused.setdefault(choice.refusal, ([], choice))[0].append(choice.year)
    return sorted(lines.values(), key=lambda line: not line.open)


def _years() -> list[int]:
    """Years with a published plan, the newest first."""
    years = Plan.objects.filter(published_at__isnull=False).order_by("-year").values_list("year", flat=True).distinct()
    return list(years) or [localdate(now()).year]


def _enrol(request: TenantRequest, form: EnrolForm) -> bool:
    data, at = form.cleaned_data, now()
    person = services.AtCounter(data["id_number"], data["name"], data["phone"], form.document_kind, data["gender"])
    code = PostCertificate.objects.values_list("position__code", flat=True).get(number=data["certificate"])
    fees = fees_in_force(code, localdate(at))
    names = ("year", "training_class", "wants_invoice", "invoice_title", "invoice_tax_number", "free")
    try:
        services.enrol_at_counter(
            person, institution=request.tenant, certificate_number=data["certificate"],
            training_fee=fees.training if fees else Decimal(0), textbook_fee=fees.textbook if fees else Decimal(0),
            fee_notice=fees.notice if fees else "", by=request.user, at=at, **{name: data[name] for name in names},
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(
        request, _("%(name)s is enrolled. Confirm the enrolment once you have seen the card.") % {"name": data["name"]}
    )
    return True
