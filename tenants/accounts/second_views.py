"""The doors of the second factor: set it up, show it, keep the recovery codes."""

from collections.abc import Callable
from functools import wraps

import segno
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.accounts import factors, second
from tenants.accounts.forms import FactorForm
from tenants.accounts.models import User
from tenants.errors import DomainError
from tenants.roles.queries import holds_rights

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """For people whose rights wait for a second factor, or have it; trainees have no use for these pages."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (user.has_stored_superuser or holds_rights(user, at=now())):  # type: ignore[union-attr]
            return redirect("/my/")
        return view(request, user)

    return wrapped


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: a path of this host, the admin by default."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if url.startswith("/") and url_has_allowed_host_and_scheme(url, None) else "/admin/"


def _to(name: str, request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': _next(request)})}")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@staff_only
def show(request: HttpRequest, user: User) -> HttpResponse:
    """A code of the app, or (`?by=recovery`) a recovery code."""
    if second.is_shown(request):
        return redirect(_next(request))
    if not factors.has_authenticator(user):
        return _to("accounts:second_enrol", request)
    by_recovery = (request.POST.get("by") or request.GET.get("by")) == "recovery"
    form, status = FactorForm(request.POST or None, by_recovery=by_recovery), 200
    if request.method == "POST":
        status, at = 400, now()
        if form.is_valid():
            try:
                way = factors.check_factor(user, form.cleaned_data["code"], institution=request.tenant, at=at)  # type: ignore[attr-defined]
            except DomainError as error:
                status = error.status
                form.add_error("code", error.message)
            else:
                second.note_shown(request, user, at=at)
                if way == "recovery":
                    _remind(request, user)
                return redirect(_next(request))
    form.fields["code"].widget.attrs["autofocus"] = True
    context = {"form": form, "next": _next(request), "by_recovery": by_recovery}
    return render(request, "accounts/second.html", context, status=status)


def _remind(request: HttpRequest, user: User) -> None:
    left = factors.recovery_codes_left(user)
    words = _("%(left)s recovery codes are left. Lost the phone for good? Set up a new one under “My second factor”.")
    messages.warning(request, words % {"left": left})


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@staff_only
def enrol(request: HttpRequest, user: User) -> HttpResponse:
    """Scan, type the first code, keep the recovery codes. Also for a new phone, once the old one has answered."""
    at, replacing = now(), factors.has_authenticator(user)
    key = second.key_in_waiting(request, user, replacing=replacing, at=at)
    if key is None:
        return _to("accounts:second", request)
    form, status = FactorForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                codes = factors.confirm_authenticator(
                    user, key, form.cleaned_data["code"], by=user, institution=request.tenant, at=at  # type: ignore[attr-defined]
                )  # fmt: skip
            except DomainError as error:
                form.add_error("code", error.message)
            else:
                second.forget_waiting(request)
                second.note_shown(request, user, at=at)
                return _codes_page(request, user, codes)
    context = {
        "form": form,
        "next": _next(request),
        "replacing": replacing,
        "picture": segno.make_qr(factors.key_uri(key, user), error="m").svg_data_uri(scale=6, border=2, light="#fff"),
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
    }
    return render(request, "accounts/second_enrol.html", context, status=status)


def _codes_page(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    """Shown in answer to the POST and kept nowhere."""
    return render(request, "accounts/second_codes.html", {"codes": codes, "next": _next(request), "person": user})
