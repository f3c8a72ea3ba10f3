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

from tenants.accounts import codes, handoff, phones, second, services, signin
from tenants.accounts.forms import CodeForm, NewPasswordForm, SignInForm
from tenants.accounts.models import CodePurpose, User
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.requests import address_of
from tenants.roles.queries import holds_rights
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

HOMES = {"person": "/my/", "institution": "/admin/", "association": "/admin/"}
TABS = tuple(HOMES)
PURPOSE = {"first": CodePurpose.FIRST_SIGN_IN, "code": CodePurpose.SIGN_IN}


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: only a path of this host."""
    return _own_path(request.POST.get("next") or request.GET.get("next") or "")


def _own_path(url: str) -> str:
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, None) else ""


def home_of(user: object, chosen: str = "") -> str:
    """The home of a person here: staff in the admin, everybody else in the personal centre."""
    superuser = getattr(user, "is_superuser", False) or getattr(user, "has_stored_superuser", False)
    staff = superuser or holds_rights(user, at=now())
    return chosen or ("/admin/" if staff else "/my/")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password. The portal asks for the captcha always, as the manual shows; a site after a failure."""
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(home_of(request.user, _next(request)))
    tab, portal = _tab(request), request.tenant.is_association  # type: ignore[attr-defined]
    typed = request.POST.get("account", "")
    with_captcha = portal or signin.needs_captcha(request, typed)
    form = SignInForm(request.POST or None, with_captcha=with_captcha)
    status, problem = (400 if request.method == "POST" else 200), None
    # A page that did not show the picture yet shows it now, and asks for the password again.
    if form.is_bound and with_captcha and "captcha_1" not in request.POST:
        form = SignInForm(initial={"account": typed}, with_captcha=True)
    elif form.is_valid():
        try:
            return _after_password(request, _checked(request, form, tab if portal else ""), tab)
        except DomainError as error:
            status, problem = error.status, error
            form = SignInForm(initial={"account": typed}, with_captcha=True)
    context = {"form": form, "tab": tab, "next": _next(request), "problem": problem}
    return render(request, "accounts/sign_in.html", context, status=status)


def _tab(request: HttpRequest) -> str:
    """The chosen tab of the portal; who was on the way to the console stands before the association's."""
    chosen = request.POST.get("tab") or request.GET.get("tab") or ""
    if chosen not in TABS:
        chosen = "association" if _next(request).startswith("/admin/") else TABS[0]
    return chosen


def _checked(request: HttpRequest, form: SignInForm, tab: str) -> User:
    """The person of the form; at the portal one who belongs to the tab. Raises `CannotSignIn`."""
    data, at = form.cleaned_data, now()
    may_enter = (lambda user: _belongs_to(tab, user, at)) if tab else None
    return signin.check_password(
        request, account=data["account"], password=data["password"], may_enter=may_enter, at=at
    )


def _belongs_to(tab: str, user: User, at: datetime) -> bool:
    """Whether a person may use this tab: the association's staff, an institution's staff, anybody."""
    if tab == "association":
        return user.is_superuser or holds_rights(user, at=at)
    return tab == "person" or bool(handoff.workplaces(user))


def _after_password(request: HttpRequest, user: User, tab: str) -> HttpResponse:
    at, next_url = now(), _next(request)
    stage = signin.begin(request, user, next_url=next_url, tab=tab, at=at)
    if stage == "done":
        return _enter(request, user, tab, next_url, at)
    _send_code(request, user, stage, at)
    return redirect("accounts:first" if stage == "first" else "accounts:code")


def _enter(request: HttpRequest, user: User, tab: str, next_url: str, at: datetime) -> HttpResponse:
    """Everything is shown that the rules ask for: to the home of the tab, or of the person on a site without tabs."""
    portal = request.tenant.is_association  # type: ignore[attr-defined]
    if portal and tab == "institution":
        return _workplace(request, user, at)
    response = redirect(next_url or (HOMES[tab] if portal else home_of(user)))
    signin.finish(request, response, user, at=at)
    return response


def _send_code(request: HttpRequest, user: User, stage: str, at: datetime) -> None:
    """A code to the person's phone, unless one has just been sent."""
    if not codes.wait_s(user, at=at):
        tenant = request.tenant  # type: ignore[attr-defined]
        codes.send_code(user, PURPOSE[stage], institution=tenant, address=address_of(request), at=at)


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
            return _enter(request, waiting.user, waiting.tab, _first_page(request, waiting), at)
        except DomainError as error:
            form.add_error("password" if waiting.code_passed else "code", error.message)
    return _step_page(request, "accounts/first.html", waiting, form, step)


def _first_page(request: HttpRequest, waiting: signin.Pending) -> str:
    """Where the first sign-in ends: trainees complete their profile, staff go to work."""
    portal = request.tenant.is_association  # type: ignore[attr-defined]
    staff = waiting.tab != "person" if portal else home_of(waiting.user) == "/admin/"
    return "" if staff else reverse("centre:profile")


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
            phones.note_answered(waiting.user, at=at)
            return _enter(request, waiting.user, waiting.tab, waiting.next, at)
        except DomainError as error:
            form.add_error("code", error.message)
    return _step_page(request, "accounts/code.html", waiting, form, "code")


def _step_page(request: HttpRequest, template: str, waiting: signin.Pending, form: object, step: str) -> HttpResponse:
    at, purpose = now(), PURPOSE[waiting.stage]
    wait = codes.wait_s(waiting.user, at=at)
    context = {
        "form": form,
        "step": step,
        "person": waiting.user,
        "masked_phone": mask_phone_number(waiting.user.phone or ""),
        "resend_after_s": wait,
        # One a minute for a number: a code for something else may just have taken its turn.
        "not_sent": step == "code" and not codes.is_under_way(waiting.user, purpose, at=at),
        "resend_url": reverse("accounts:resend"),
        "code_minutes": rules_for(PeopleRules, at=at).code_valid_s // 60,
    }
    return render(request, template, context, status=400 if getattr(form, "errors", None) else 200)


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Another code, once a minute."""
    at = now()
    waiting = signin.pending(request, at=at)
    if waiting is None:
        return redirect("accounts:sign_in")
    _send_code(request, waiting.user, waiting.stage, at)
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
    tenant = request.tenant  # type: ignore[attr-defined]
    ticket = handoff.redeem(request.POST.get("token", ""), tenant, at=at)
    response = redirect(home_of(ticket.user, _own_path(ticket.next)))
    signin.finish(request, response, ticket.user, at=at)
    if ticket.second_factor:
        second.note_shown(request, ticket.user, at=at)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here."""
    logout(request)
    return redirect("/")
