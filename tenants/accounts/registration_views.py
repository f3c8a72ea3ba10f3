"""Self-registration in four pages: document, phone, code, password. Each page asks for the one before."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import codes, lockout, registration, signin
from tenants.accounts.flow import Flow, steps
from tenants.accounts.forms import CodeForm, NewPasswordForm
from tenants.accounts.models import CodePurpose
from tenants.accounts.registration import Applicant
from tenants.accounts.registration_forms import DocumentForm, PhoneForm
from tenants.accounts.services import PhoneTaken
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.requests import TenantRequest, address_of
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

FLOW = Flow("registration")
PURPOSE = CodePurpose.REGISTER
STEPS = ("document", "phone", "code", "password")
TITLES = [
    (_("Your document"), _("Number and name")),
    (_("Your phone"), _("For codes and results")),
    (_("Code of the SMS"), _("Shows that the phone is yours")),
    (_("Your password"), _("Then the account is open")),
]


def document_texts() -> dict[str, Any]:
    """What `document-number.js` says while the number is typed."""
    return {
        "missing": _("{n} to go"),
        "tooMany": _("{n} too many"),
        "born": _("Born on {year}-{month}-{day}"),
        "noDate": _("This date of birth does not exist"),
        "wrong": _("A digit does not fit; compare it digit by digit with the document"),
        "letters": _("Digits only; the last may be an X"),
        "right": _("The number is well formed"),
        "permit": _("A number with 81, 82 or 83 in front is a residence permit's"),
        "noPermit": _("A residence permit begins with 81, 82 or 83"),
        "passport": _("Letters and digits as on the page with the photo"),
    }


def _page(step: str) -> Callable[[Any], Any]:
    """A page of the flow: not for who is signed in, not where the institution is suspended, not out of order."""

    def decorate(view: Any) -> Any:
        @wraps(view)
        @never_cache
        @sensitive_post_parameters()
        @require_http_methods(["GET", "POST"])
        def wrapped(request: TenantRequest) -> HttpResponse:
            if request.user.is_authenticated:
                return redirect("accounts:sign_in")
            if not request.tenant.is_live:
                return render(request, "suspended.html", status=503)
            at = now()
            given = FLOW.read(request, at=at)
            if step not in _open_steps(given):
                return redirect("accounts:register")
            return view(request, given, at)

        return wrapped

    return decorate


def _open_steps(given: dict[str, Any]) -> set[str]:
    """The pages that may be looked at with what is known."""
    have = (True, bool(given), bool(given.get("code")), given.get("passed", False))
    return {step for step, known in zip(STEPS, have, strict=True) if known}


@_page("document")
def document(request: TenantRequest, given: dict[str, Any], at: datetime) -> HttpResponse:
    """Who it is. Nothing is looked up here, so nothing can be learned."""
    form = DocumentForm(
        request.POST or None, initial={name: given[name] for name in DocumentForm.base_fields if name in given}
    )
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("kind", "number", "name", "gender")}
        FLOW.begin(request, at=at, **data | {"phone": given.get("phone", "")})
        return redirect("accounts:register_phone")
    return _show(request, "document", form)


@_page("phone")
def phone(request: TenantRequest, given: dict[str, Any], at: datetime) -> HttpResponse:
    """The phone; the code leaves after the captcha."""
    form = PhoneForm(request.POST or None, initial={"phone": given.get("phone", "")})
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["phone"]
        try:
            _send(request, number, at)
            return redirect("accounts:register_code")
        except DomainError as error:
            form.add_error("phone", error.message)
    return _show(request, "phone", form)


def _send(request: TenantRequest, number: str, at: datetime) -> None:
    """A code to `number`; one that went there a moment ago in this flow still counts. Raises `codes` errors."""
    address = address_of(request)
    given = FLOW.read(request, at=at)
    if given.get("code") and given.get("phone") == number and codes.wait_s_of(number, at=at):
        return
    if not lockout.may_ask(address, at=at):
        raise codes.TooManyHere
    code = codes.send_code_to(number, PURPOSE, institution=request.tenant, address=address, at=at)
    FLOW.note(request, at=at, phone=number, code=str(code.uuid), passed=False)


@_page("code")
def code(request: TenantRequest, given: dict[str, Any], at: datetime) -> HttpResponse:
    """The code proves the phone; only then anything is said about who exists."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes.check_code_of(given["code"], PURPOSE, form.cleaned_data["code"], at=at)
            return _proved(request, given, at)
        except DomainError as error:
            form.add_error("code", error.message)
    masked, wait = mask_phone_number(given["phone"]), codes.wait_s_of(given["phone"], at=at)
    return _show(request, "code", form, masked_phone=masked, resend_after_s=wait)


def _proved(request: TenantRequest, given: dict[str, Any], at: datetime) -> HttpResponse:
    request.session.cycle_key()
    try:
        registration.account_to_complete(_applicant(given), given["phone"])
    except registration.Refused as error:
        return _refuse(request, given, error, at)
    except PhoneTaken as error:
        FLOW.note(request, at=at, code="", passed=False)
        return _show(request, "phone", PhoneForm.refused(given["phone"], str(error.message)))
    FLOW.note(request, at=at, passed=True)
    return redirect("accounts:register_password")


def _refuse(request: TenantRequest, given: dict[str, Any], error: DomainError, at: datetime) -> HttpResponse:
    registration.warn_owner(_applicant(given), institution=request.tenant, at=at)
    FLOW.drop(request)
    return render(request, "accounts/register_refused.html", {"error": error}, status=error.status)


@_page("password")
def password(request: TenantRequest, given: dict[str, Any], at: datetime) -> HttpResponse:
    """A password of one's own: the account is open, the person signed in, the profile comes next."""
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = registration.register(
                _applicant(given), given["phone"], form.cleaned_data["password"], institution=request.tenant, at=at
            )
        except registration.Refused as error:
            return _refuse(request, given, error, at)
        except DomainError as error:
            form.add_error("password", error.message)
        else:
            FLOW.drop(request)
            response = redirect(reverse("centre:profile"))
            signin.finish(request, response, user, at=at)
            return response
    return _show(request, "password", form, masked_phone=mask_phone_number(given["phone"]))


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Another code, once a minute."""
    at = now()
    given = FLOW.read(request, at=at)
    if not given.get("code"):
        return redirect("accounts:register")
    if not codes.wait_s_of(given["phone"], at=at):
        _send(request, given["phone"], at)  # type: ignore[arg-type]
    return redirect("accounts:register_code")


@require_POST
def restart(request: HttpRequest) -> HttpResponse:
    """Forget what was typed."""
    FLOW.drop(request)
    return redirect("accounts:register")


def _applicant(given: dict[str, Any]) -> Applicant:
    return Applicant(given["kind"], given["number"], given["name"], given["gender"])


def _show(request: HttpRequest, step: str, form: Any, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "steps": steps(TITLES, STEPS.index(step)),
        "steps_label": _("Steps of registering"),
        "resend_url": reverse("accounts:register_resend"),
        "restart_url": reverse("accounts:register_restart"),
        "code_minutes": rules_for(PeopleRules, at=now()).code_valid_s // 60,
        "texts": document_texts() if step == "document" else None,
    } | more
    return render(request, f"accounts/register_{step}.html", context, status=400 if form.errors else 200)
