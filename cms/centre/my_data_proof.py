"""An open browser is not enough for a copy of somebody's data: the password, or a code to their phone, once more."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cms.centre.views import own_rows
from tenants.accounts import codes
from tenants.accounts.forms import CodeForm
from tenants.accounts.models import CodePurpose, PhoneCode, User
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest, address_of
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for

KEY = "data_proof"
TRIES_A_MINUTE = 5


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password.")},
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )


def is_fresh(request: TenantRequest, *, at: datetime) -> bool:
    """Whether this session showed a proof within the ruleset's seconds."""
    stored: Any = request.session.get(KEY) or {}
    valid_s = rules_for(RetentionRules, at=at).proof_valid_s
    return stored.get("user") == str(request.user.uuid) and 0 <= at.timestamp() - stored["at"] <= valid_s


def note(request: TenantRequest, *, at: datetime) -> None:
    request.session[KEY] = {"user": str(request.user.uuid), "at": at.timestamp()}


def password_fault(user: User, password: str, *, at: datetime) -> str:
    """What is wrong with this password, in words; empty when it is theirs. Five tries a minute."""
    if not allowed("data-proof", str(user.uuid), a_minute=TRIES_A_MINUTE, at=at):
        return _("Too many tries. Please wait a minute.")
    return "" if user.check_password(password) else _("This is not your present password.")


def send(request: TenantRequest, *, at: datetime) -> str:
    """A code to the person's own phone; returns what went wrong, in words."""
    try:
        codes.send_code(request.user, CodePurpose.DATA, institution=request.tenant, address=address_of(request), at=at)
    except DomainError as error:
        return error.message
    return ""


def code_context(request: TenantRequest, *, at: datetime) -> dict[str, Any]:
    """What the field of the code says: to which phone, and when there may be another."""
    return {
        "masked_phone": mask_phone_number(request.user.phone or ""),
        "resend_after_s": codes.wait_s(request.user, at=at),
        "code_sent": PhoneCode.objects.filter(
            user=request.user, purpose=CodePurpose.DATA, used_at=None, expires_at__gt=at
        ).exists(),
    }


@sensitive_post_parameters("password", "code")
@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: TenantRequest) -> HttpResponse:
    """Password, or with `?by=code` an SMS code; then on to `next`."""
    at, by_code = now(), request.GET.get("by") == "code"
    problem = ""
    if request.method == "POST" and "send" in request.POST:
        problem = send(request, at=at)
        if not problem:
            return redirect(request.get_full_path())
    bound = request.POST if request.method == "POST" and "send" not in request.POST else None
    form = CodeForm(bound) if by_code else PasswordForm(bound)
    if bound is not None and form.is_valid() and _passes(request, form, at=at):
        note(request, at=at)
        return redirect(_next(request))
    context = {"form": form, "by_code": by_code, "next": _next(request), "problem": problem}
    context |= code_context(request, at=at)
    return render(request, "cms/centre/my_data_proof.html", context, status=400 if form.errors or problem else 200)


def _passes(request: TenantRequest, form: forms.Form, *, at: datetime) -> bool:
    if isinstance(form, PasswordForm):
        if fault := password_fault(request.user, form.cleaned_data["password"], at=at):
            form.add_error("password", fault)
        return not fault
    try:
        codes.check_code(request.user, CodePurpose.DATA, form.cleaned_data["code"], at=at)
    except DomainError as error:
        form.add_error("code", error.message)
        return False
    return True


def _next(request: TenantRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/my/data/") else "/my/data/"
