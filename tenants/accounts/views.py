"""The doors: sign in, first sign-in, code, sign out."""

from datetime import datetime

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts import codes, handoff, services, signin
from tenants.accounts.forms import CodeForm, NewPasswordForm, SignInForm
from tenants.accounts.models import CodePurpose, User
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.roles.queries import roles_of

TABS = ("person", "institution", "association")
PURPOSE = {"first": CodePurpose.FIRST_SIGN_IN, "code": CodePurpose.SIGN_IN}


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: only a path of this host."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, None) else ""


def home_of(user: object, chosen: str = "") -> str:
    """The home of a person here: staff in the admin, everybody else in the personal centre."""
    staff = getattr(user, "is_superuser", False) or roles_of(user)
    return chosen or ("/admin/" if staff else "/my/")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password. The portal asks for the captcha always, as the manual shows; a site after a failure."""
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(home_of(request.user, _next(request)))
    portal = request.tenant.is_association  # type: ignore[attr-defined]
    tab = request.POST.get("tab") or request.GET.get("tab") or TABS[0]
    tab = tab if tab in TABS else TABS[0]
    with_captcha = portal or signin.needs_captcha(request.POST.get("account", ""))
    form = SignInForm(request.POST or None, with_captcha=with_captcha)
    status = 200
    if request.method == "POST":
        status = 400
        # A page that did not show the picture yet shows it now, and asks for the password again.
        if not form.is_valid() and "captcha" in form.fields and "captcha_1" not in request.POST:
            form = SignInForm(initial={"account": request.POST.get("account", "")}, with_captcha=True)
        elif form.is_valid():
            try:
                data = form.cleaned_data
                user = signin.check_password(request, account=data["account"], password=data["password"])
                return _after_password(request, user, tab)
            except DomainError as error:
                status = error.status
                form = SignInForm(initial={"account": form.cleaned_data["account"]}, with_captcha=True)
                form.problem = error  # type: ignore[attr-defined]
    context = {"form": form, "tab": tab, "next": _next(request), "problem": getattr(form, "problem", None)}
    return render(request, "accounts/sign_in.html", context, status=status)


def _after_password(request: HttpRequest, user: User, tab: str) -> HttpResponse:
    at, next_url = now(), _next(request)
    stage = signin.begin(request, user, next_url=next_url, tab=tab, at=at)
    if stage == "done" and tab == "institution" and request.tenant.is_association:  # type: ignore[attr-defined]
        return _workplace(request, user, at)
    if stage == "done":
        return _signed_in(request, user, next_url, at)
    if not codes.wait_s(user, PURPOSE[stage], at=at):
        codes.send_code(user, PURPOSE[stage], institution=request.tenant, at=at)  # type: ignore[attr-defined]
    return redirect("accounts:first" if stage == "first" else "accounts:code")


def _signed_in(request: HttpRequest, user: User, next_url: str, at: datetime) -> HttpResponse:
    response = redirect(home_of(user, next_url))
    signin.finish(request, response, user, at=at)
    return response


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """First sign-in: the code of the SMS, then a password of one's own. Nothing else opens before."""
    at = now()
    waiting = signin.pending(request, at=at)
    if waiting is None or waiting.stage != "first":
        return redirect("accounts:sign_in")
    step = "password" if waiting.code_passed else "code"
    form = (NewPasswordForm if waiting.code_passed else CodeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if not waiting.code_passed:
                codes.check_code(waiting.user, CodePurpose.FIRST_SIGN_IN, form.cleaned_data["code"], at=at)
                signin.note_code_passed(request)
                return redirect("accounts:first")
            services.activate(waiting.user, form.cleaned_data["password"], at=at)
            return _signed_in(request, waiting.user, "" if roles_of(waiting.user) else reverse("centre:profile"), at)
        except DomainError as error:
            form.add_error("password" if waiting.code_passed else "code", error.message)
    return _step_page(request, "accounts/first.html", waiting, form, step)


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """A code for a device that has not been seen yet."""
    at = now()
    waiting = signin.pending(request, at=at)
    if waiting is None or waiting.stage != "code":
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes.check_code(waiting.user, CodePurpose.SIGN_IN, form.cleaned_data["code"], at=at)
            if waiting.tab == "institution" and request.tenant.is_association:  # type: ignore[attr-defined]
                return _workplace(request, waiting.user, at)
            return _signed_in(request, waiting.user, waiting.next, at)
        except DomainError as error:
            form.add_error("code", error.message)
    return _step_page(request, "accounts/code.html", waiting, form, "code")


def _step_page(request: HttpRequest, template: str, waiting: signin.Pending, form: object, step: str) -> HttpResponse:
    wait = codes.wait_s(waiting.user, PURPOSE[waiting.stage], at=now())
    context = {
        "form": form,
        "step": step,
        "person": waiting.user,
        "masked_phone": mask_phone_number(waiting.user.phone or ""),
        "resend_after_s": wait,
    }
    return render(request, template, context, status=400 if getattr(form, "errors", None) else 200)


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Another code, once a minute."""
    at = now()
    waiting = signin.pending(request, at=at)
    if waiting is None:
        return redirect("accounts:sign_in")
    if not codes.wait_s(waiting.user, PURPOSE[waiting.stage], at=at):
        codes.send_code(waiting.user, PURPOSE[waiting.stage], institution=request.tenant, at=at)  # type: ignore[attr-defined]
    return redirect("accounts:first" if waiting.stage == "first" else "accounts:code")


def _workplace(request: HttpRequest, user: User, at: datetime) -> HttpResponse:
    """The portal's tab for staff of institutions: on to the institution's own host, with a ticket."""
    tickets = [handoff.issue(user, institution, at=at) for institution in handoff.workplaces(user)]
    response = render(request, "accounts/workplace.html", {"tickets": tickets, "person": user})
    response._csp_update = {"form-action": sorted({ticket.action for ticket in tickets})}  # type: ignore[attr-defined]
    return response


@never_cache
@csrf_exempt  # the ticket itself proves where the request comes from
@require_POST
def arrive(request: HttpRequest) -> HttpResponse:
    """Redeem a ticket of the portal on this institution's host."""
    at = now()
    user = handoff.redeem(request.POST.get("token", ""), request.tenant, at=at)  # type: ignore[attr-defined]
    response = redirect(home_of(user))
    signin.finish(request, response, user, at=at)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here."""
    logout(request)
    return redirect("/")
