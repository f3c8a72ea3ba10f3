"""The portal's door for institutions: apply with a proved phone, and look how it stands."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.applying.forms import ApplyForm, StatusForm
from learning.models import Position
from tenants import applications, ratelimit
from tenants.accounts import codes
from tenants.accounts.flow import Flow, steps
from tenants.accounts.forms import CodeForm
from tenants.accounts.models import CodePurpose
from tenants.crypto import blind_index
from tenants.domains import base_domain
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.models import Application
from tenants.queries import address_of as site_of
from tenants.requests import TenantRequest, address_of
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

APPLYING, ASKING = Flow("application"), Flow("application_status")
FORMS_A_MINUTE = 6  # an address; the SMS caps of the ruleset stand behind it


def _titles() -> list[tuple[str, str]]:
    return [
        (_("Application"), _("Institution and contact")),
        (_("Code of the SMS"), _("Shows that the phone is yours")),
        (_("Decision"), _("The association looks at it")),
        (_("Opened"), _("Website and first manager")),
    ]


def _within_limits(request: HttpRequest, form: forms.Form, at: datetime) -> bool:
    """Takes one of the address's tries; says so on the form when there is none left."""
    if ratelimit.allowed("apply", address_of(request), a_minute=FORMS_A_MINUTE, at=at):
        return True
    form.add_error(None, _("Too many tries from your network. Please wait a minute; what you typed is still here."))
    return False


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def form(request: TenantRequest) -> HttpResponse:
    """The form. When it is right a code goes to the contact's phone; nothing is kept before the code is back."""
    at = now()
    given = APPLYING.read(request, at=at).get("wish")
    bound = ApplyForm(request.POST) if request.method == "POST" else ApplyForm(initial=given)
    if request.method == "POST" and bound.is_valid() and _within_limits(request, bound, at):
        try:
            wish = bound.wish()
            code = codes.send_code_to(
                wish["contact_phone"], CodePurpose.APPLY, institution=None, address=address_of(request), at=at
            )
        except DomainError as error:
            bound.add_error("contact_phone", error.message)
        else:
            APPLYING.begin(request, at=at, wish=wish, code=str(code.uuid))
            return redirect("apply:code")
    context = {"form": bound, "domain": base_domain(), "steps": steps(_titles(), 0), "steps_label": _("Steps")}
    return render(request, "cms/apply/form.html", context, status=400 if bound.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: TenantRequest) -> HttpResponse:
    """The code of the SMS; then the application is kept."""
    at = now()
    given = APPLYING.read(request, at=at)
    if not given:
        return redirect("apply:form")
    bound = CodeForm(request.POST or None)
    if request.method == "POST" and bound.is_valid():
        try:
            codes.check_code_of(given["code"], CodePurpose.APPLY, bound.cleaned_data["code"], at=at)
            application = applications.apply(applications.Wish(**given["wish"]), at=at)
        except DomainError as error:
            bound.add_error("code", error.message)
        else:
            APPLYING.drop(request)
            return redirect("apply:state", uuid=application.uuid)
    return _code_page(request, bound, given["wish"]["contact_phone"], "apply:resend", steps(_titles(), 1), at)


@require_POST
def resend(request: TenantRequest) -> HttpResponse:
    """Another code, within the caps."""
    at = now()
    given = APPLYING.read(request, at=at)
    if not given:
        return redirect("apply:form")
    phone = given["wish"]["contact_phone"]
    if not codes.wait_s_of(phone, at=at):
        sent = codes.send_code_to(phone, CodePurpose.APPLY, institution=None, address=address_of(request), at=at)
        APPLYING.note(request, at=at, code=str(sent.uuid))
    return redirect("apply:code")


def _code_page(
    request: TenantRequest, bound: forms.Form, phone: str, resend_name: str, line: list[dict[str, Any]], at: datetime
) -> HttpResponse:
    context = {
        "form": bound,
        "steps": line,
        "steps_label": _("Steps"),
        "masked_phone": mask_phone_number(phone),
        "code_minutes": rules_for(PeopleRules, at=at).code_valid_s // 60,
        "resend_after_s": codes.wait_s_of(phone, at=at),
        "resend_url": reverse(resend_name),
        "asking": resend_name != "apply:resend",
    }
    return render(request, "cms/apply/code.html", context, status=400 if bound.errors else 200)


@never_cache
@require_safe
def state(request: TenantRequest, uuid: str) -> HttpResponse:
    """How one application stands, by its unguessable address; no number of a person is on the page."""
    application = get_object_or_404(Application.objects.select_related("institution"), uuid=uuid)
    names = dict(Position.objects.filter(code__in=application.position_codes).values_list("code", "name"))
    current = {Application.State.APPLIED: 2, Application.State.DECLINED: 2, Application.State.APPROVED: 4}
    context = {
        "application": application,
        "positions": [names[one] for one in application.position_codes if one in names],
        "steps": steps(_titles(), current[Application.State(application.state)]),
        "steps_label": _("Steps"),
        "site": site_of(application.institution) if application.institution else "",
    }
    return render(request, "cms/apply/state.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ask(request: TenantRequest) -> HttpResponse:
    """Look up one's applications by phone: the same answer whether there is one or not."""
    at = now()
    bound = StatusForm(request.POST or None)
    if request.method == "POST" and bound.is_valid() and _within_limits(request, bound, at):
        phone = bound.cleaned_data["phone"]
        try:
            sent = _send(request, phone, at)
        except DomainError as error:
            bound.add_error("phone", error.message)
        else:
            ASKING.begin(request, at=at, phone=phone, code=sent)
            return redirect("apply:ask_code")
    return render(request, "cms/apply/ask.html", {"form": bound}, status=400 if bound.errors else 200)


def _send(request: TenantRequest, phone: str, at: datetime) -> str:
    """A code to the phone of an application; for any other phone the same work, and nobody gets an SMS."""
    address = address_of(request)
    if Application.objects.filter(contact_phone_index=applications.phone_index(phone)).exists():
        return str(codes.send_code_to(phone, CodePurpose.APPLY, institution=None, address=address, at=at).uuid)
    decoy = codes.make_decoy(blind_index("phone", phone), CodePurpose.APPLY, institution=None, address=address, at=at)
    return str(decoy.uuid)


@never_cache
@require_http_methods(["GET", "POST"])
def ask_code(request: TenantRequest) -> HttpResponse:
    """The code; then the applications of this phone."""
    at = now()
    given = ASKING.read(request, at=at)
    if not given:
        return redirect("apply:ask")
    bound = CodeForm(request.POST or None)
    if request.method == "POST" and bound.is_valid():
        try:
            codes.check_code_of(given["code"], CodePurpose.APPLY, bound.cleaned_data["code"], at=at)
        except DomainError as error:
            bound.add_error("code", error.message)
        else:
            ASKING.drop(request)
            index = applications.phone_index(given["phone"])
            found = list(Application.objects.filter(contact_phone_index=index).order_by("-created_at"))
            if len(found) == 1:
                return redirect("apply:state", uuid=found[0].uuid)
            return render(request, "cms/apply/list.html", {"applications": found})
    return _code_page(request, bound, given["phone"], "apply:ask_resend", [], at)


@require_POST
def ask_resend(request: TenantRequest) -> HttpResponse:
    """Another code, within the caps."""
    at = now()
    given = ASKING.read(request, at=at)
    if given and not codes.wait_s_of(given["phone"], at=at):
        ASKING.note(request, at=at, code=_send(request, given["phone"], at))
    return redirect("apply:ask_code")
