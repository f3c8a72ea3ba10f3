"""One institution: facts, state and history, names, addresses, positions, look. Each section saves by itself."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms import brand_forms, states
from cms.console import access, institution_forms
from cms.console.institution_history import history_of
from cms.look_preview import preview_of
from learning.models import Enrolment
from tenants import details, domains, logos, naming
from tenants.errors import DomainError
from tenants.models import Domain, Institution, Logo, State
from tenants.queries import address_of
from tenants.states import NEXT_STATES

TONES = {State.APPROVED: "done", State.SUSPENDED: "fail", State.CLOSED: "off"}
FIELDS_OF_NAMES = ("name", "short_name", "credit_code", "contact_name", "phone", "region", "address")


def _found(uuid: str) -> Institution:
    return get_object_or_404(Institution.objects.training().prefetch_related("domains"), uuid=uuid)


@require_safe
@access.console_view(*access.READERS)
def page(request: HttpRequest, uuid: str) -> HttpResponse:
    return _page(request, _found(uuid))


def _page(request: HttpRequest, institution: Institution, **bound: forms.Form) -> HttpResponse:
    """The page, with the one form that came back with errors in place of the fresh one."""
    given = {name: getattr(institution, name) for name in FIELDS_OF_NAMES}
    colours_given = {"brand_main": institution.brand_main, "brand_accent": institution.brand_accent}
    asked = request.POST.get("state", "")
    fresh = {
        "names": institution_forms.DetailsForm(initial=given, institution=institution),
        "positions": institution_forms.PositionsForm(initial={"position_codes": institution.position_codes}),
        "colours": brand_forms.ColoursForm(initial=colours_given),
        "logo": brand_forms.LogoForm(),
        "host": institution_forms.HostForm(),
        "reason": institution_forms.ReasonForm(),
    }
    context = {
        "title": institution.short_name,
        "parent_title": _("Institutions"),
        "parent_url": reverse("console:institutions"),
        "tenant": institution,
        "tone": TONES[State(institution.state)],
        "address": address_of(institution),
        "hosts": [(row, naming.shown_host(row.domain)) for row in sorted(institution.domains.all(), key=_by_rank)],
        "managers": states.managers_of(institution),
        "history": history_of(institution),
        "trainees": Enrolment.objects.filter(institution=institution).values("user").distinct().count(),
        "verbs": [(state.value, verb(state), effect(state)) for state in NEXT_STATES[State(institution.state)]],
        "asked_state": asked,
        "late": asked in State.values and asked not in NEXT_STATES[State(institution.state)],
        "may_change": access.has_role(request.user, *access.ADMINS) and institution.state != State.CLOSED,
        "look": preview_of(given, institution.brand_main, institution.brand_accent),
        "preview_url": reverse("console:institution_preview", args=[institution.uuid]),
        "logo_url": _logo_url(institution),
        "forms": fresh | bound,
    }
    return render(request, "console/institution.html", context, status=400 if bound else 200)


def _by_rank(row: Domain) -> tuple[bool, str]:
    return not row.is_primary, row.domain


def verb(state: State) -> str:
    return {State.APPROVED: _("Open again"), State.SUSPENDED: _("Suspend"), State.CLOSED: _("Close for good")}[state]


def effect(state: State) -> str:
    return {
        State.APPROVED: _("The site works again, people study and enrol as before. The managers are told by SMS."),
        State.SUSPENDED: _(
            "The site shows a notice without the reason; nobody enrols, studies or is examined; live study ends now "
            "and what was counted stays. Staff can only look. The managers are told by SMS."
        ),
        State.CLOSED: _(
            "The site is gone for good and says where to go; the portal's lists no longer show it. Hours, results and "
            "certificates stay on the portal. The managers are told by SMS. This cannot be undone."
        ),
    }[state]


def _logo_url(institution: Institution) -> str:
    if not institution.logo_digest:
        return ""
    return f"{reverse('console:institution_logo_image', args=[institution.uuid])}?v={institution.logo_digest}"


Save = Callable[[HttpRequest, Institution, Any], str]


def section(name: str, form_class: type[forms.Form]) -> Callable[[Save], Callable[..., HttpResponse]]:
    """A POST of one section: the form's or the rule's sentence at the field, or saved and back to the page."""

    def decorate(save: Save) -> Callable[..., HttpResponse]:
        @require_POST
        @access.console_view(*access.ADMINS)
        def view(request: HttpRequest, uuid: str) -> HttpResponse:
            institution = _found(uuid)
            if institution.state == State.CLOSED:
                messages.error(request, _("A closed institution is not changed any more."))
                return redirect("console:institution", uuid=institution.uuid)
            more = {"institution": institution} if form_class is institution_forms.DetailsForm else {}
            form = form_class(request.POST, request.FILES, **more)
            if form.is_valid():
                try:
                    words = save(request, institution, form.cleaned_data)
                except DomainError as error:
                    form.add_error(next(iter(form.fields)), error.message)
                else:
                    messages.success(request, words)
                    return redirect("console:institution", uuid=institution.uuid)
            return _page(request, _found(uuid), **{name: form})

        return view

    return decorate


@section("names", institution_forms.DetailsForm)
def save_names(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    by, at = request.user, now()
    name, short_name = data.pop("name"), data.pop("short_name")
    if (name, short_name) != (institution.name, institution.short_name):
        details.rename(institution, name=name, short_name=short_name, by=by, at=at)
    details.change_contact(institution, by=by, at=at, **data)
    return _("Names and contact are saved.")


@section("positions", institution_forms.PositionsForm)
def save_positions(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    details.change_positions(institution, data["position_codes"], by=request.user, at=now())
    return _("Positions are saved. Enrolments that exist stay as they are.")


@section("colours", brand_forms.ColoursForm)
def save_colours(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    details.change_brand(institution, main=data["brand_main"], accent=data["brand_accent"], by=request.user, at=now())
    return _("The colours are saved; the site shows them at once.")


@section("logo", brand_forms.LogoForm)
def save_logo(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    if data["logo"] is None:
        raise logos.BadLogo(_("Choose a file first."))
    logos.save_logo(institution, data["logo"], by=request.user, at=now())
    return _("The logo is saved; the site shows it at once.")


@section("remove_logo", forms.Form)
def remove_logo(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    logos.remove_logo(institution, by=request.user, at=now())
    return _("The logo is taken away.")


@section("host", institution_forms.HostForm)
def add_host(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    row = domains.add_domain(institution, data["host"], by=request.user, at=now())
    return _("%(host)s leads here now.") % {"host": naming.shown_host(row.domain)}


@section("reason", institution_forms.ReasonForm)
def change_state(request: HttpRequest, institution: Institution, data: dict[str, Any]) -> str:
    wanted = request.POST.get("state", "")
    if wanted not in State.values:
        raise Http404
    states.change_state(institution, State(wanted), reason=data["reason"], by=request.user, at=now())
    return _("%(name)s: state changed.") % {"name": institution.short_name}


@require_POST
@access.console_view(*access.ADMINS)
def change_host(request: HttpRequest, uuid: str, pk: int) -> HttpResponse:
    """Take an address away, or make it the main one. What cannot be is said in a sentence on the page."""
    institution = _found(uuid)
    row = get_object_or_404(Domain.objects.select_related("tenant"), pk=pk, tenant=institution)
    try:
        if "remove" in request.POST:
            domains.remove_domain(row, by=request.user, at=now())
            messages.success(request, _("%(host)s no longer leads here.") % {"host": row.domain})
        else:
            domains.make_primary(row, by=request.user, at=now())
            messages.success(request, _("%(host)s is the main address now.") % {"host": row.domain})
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("console:institution", uuid=institution.uuid)


@require_POST
@access.console_view(*access.ADMINS)
def preview(request: HttpRequest, uuid: str) -> HttpResponse:
    """The picture of the site for the colours as they are typed (htmx)."""
    institution = _found(uuid)
    names = {"name": institution.name, "short_name": institution.short_name}
    look = preview_of(names, request.POST.get("brand_main", ""), request.POST.get("brand_accent", ""))
    return render(request, "console/opening/_preview.html", {"look": look, "logo_url": _logo_url(institution)})


@require_safe
@access.console_view(*access.READERS)
def logo_image(request: HttpRequest, uuid: str) -> HttpResponse:
    """The logo, for the console's own pages: the institution's host is another one."""
    logo = get_object_or_404(Logo, institution=_found(uuid))
    return HttpResponse(bytes(logo.png), content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})
