"""Forgotten password in three pages that look the same for every account, known or not."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import lockout, recovery, signin
from tenants.accounts.flow import Flow, steps
from tenants.accounts.forms import CodeForm, NewPasswordForm
from tenants.accounts.models import User
from tenants.accounts.registration_forms import ForgottenForm
from tenants.accounts.views import home_of
from tenants.errors import DomainError
from tenants.requests import TenantRequest, address_of
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

FLOW = Flow("forgotten")
TITLES = [
    (_("Your account"), _("ID number or phone")),
    (_("Code of the SMS"), _("Shows that the phone is yours")),
    (_("Your password"), _("Then you are signed in")),
]


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: TenantRequest) -> HttpResponse:
    """Whose password. The answer is the next page, whoever was named."""
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    at = now()
    form = ForgottenForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and lockout.may_ask(address_of(request), at=at):
            FLOW.begin(request, at=at, index=signin.index_of(form.cleaned_data["account"]))
            _ask(request)
            return redirect("accounts:forgotten_code")
        if form.is_valid():
            status = 429
            form.add_error("account", _("Too many requests from your network. Please try again in an hour."))
    return render(request, "accounts/forgotten.html", _context(form, 0), status=status)


def _ask(request: TenantRequest) -> None:
    at = now()
    given = FLOW.read(request, at=at)
    code = recovery.ask_for_code(given["index"], institution=request.tenant, address=address_of(request), at=at)
    FLOW.note(request, at=at, code=code, asked_at=at.timestamp(), user="")


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten_code(request: TenantRequest) -> HttpResponse:
    """The code of the SMS, if one came."""
    at = now()
    given = FLOW.read(request, at=at)
    if "asked_at" not in given:
        return redirect("accounts:forgotten")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = recovery.check(given["index"], given["code"], form.cleaned_data["code"], at=at)
            request.session.cycle_key()
            FLOW.note(request, at=at, user=str(user.uuid), code="")
            return redirect("accounts:forgotten_password")
        except DomainError as error:
            form.add_error("code", error.message)
    again = rules_for(PeopleRules, at=at).code_again_after_s - (at.timestamp() - given["asked_at"])
    context = _context(form, 1) | {"resend_after_s": max(0, round(again))}
    return render(request, "accounts/forgotten_code.html", context, status=400 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def forgotten_password(request: TenantRequest) -> HttpResponse:
    """The new password: other sessions end, this one opens."""
    at = now()
    user = _proved(FLOW.read(request, at=at))
    if user is None:
        return redirect("accounts:forgotten")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recovery.set_new_password(user, form.cleaned_data["password"], at=at)
        except DomainError as error:
            form.add_error("password", error.message)
        else:
            FLOW.drop(request)
            response = redirect(home_of(user))
            signin.finish(request, response, user, at=at)
            return response
    return render(request, "accounts/forgotten_password.html", _context(form, 2), status=400 if form.errors else 200)


def _proved(given: dict[str, Any]) -> User | None:
    return User.objects.filter(uuid=given["user"], is_active=True).first() if given.get("user") else None


@require_POST
def resend(request: TenantRequest) -> HttpResponse:
    """Another code, once a minute; whoever asks sooner is shown the same page."""
    if "asked_at" not in FLOW.read(request, at=now()):
        return redirect("accounts:forgotten")
    if lockout.may_ask(address_of(request), at=now()):
        _ask(request)
    return redirect("accounts:forgotten_code")


def _context(form: Any, step: int) -> dict[str, Any]:
    return {
        "form": form,
        "steps": steps(TITLES, step),
        "steps_label": _("Steps to a new password"),
        "resend_url": reverse("accounts:forgotten_resend"),
        "restart_url": reverse("accounts:forgotten_restart"),
        "code_minutes": rules_for(PeopleRules, at=now()).code_valid_s // 60,
    }


@require_POST
def restart(request: HttpRequest) -> HttpResponse:
    FLOW.drop(request)
    return redirect("accounts:forgotten")
