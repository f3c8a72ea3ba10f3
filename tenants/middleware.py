"""From host to tenant, from session to person: what every request passes before a view."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse, set_urlconf
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from tenants import schema_check
from tenants.accounts import support
from tenants.errors import DomainError
from tenants.gate import gated, has_factor, owes_factor
from tenants.models import Institution, Kind, State
from tenants.queries import association, institution_of_host
from tenants.schema import to_public, to_tenant
from tenants.scopes import institution_scope

GetResponse = Callable[[HttpRequest], HttpResponse]
UNKNOWN_HOST = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>404</title>'
    "<h1>404</h1><p>没有这个网站。请核对网址。</p><p>No such site. Please check the address.</p></html>"
)
# What stays open while an institution is suspended (its staff may look) or closed (nobody may).
OPEN_WHEN_CLOSED = ("/brand.css", "/logo.png", "/favicon.png", "/favicon.ico", "/static/", "/language/")
OPEN_WHEN_SUSPENDED = (*OPEN_WHEN_CLOSED, "/signin/", "/captcha/", "/admin/")
SAFE = ("GET", "HEAD", "OPTIONS")
ADMIN = "/admin/"
ALWAYS_IN_ADMIN = (f"{ADMIN}logout/",)


class TenantMiddleware:
    """Sets the schema, the urlconf and the scope of shared rows; an unknown host is a 404 that names nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        to_public()
        host = request.META.get("HTTP_HOST", "").rsplit(":", 1)[0]
        institution = institution_of_host(host)
        if institution is None:
            return HttpResponse(UNKNOWN_HOST, status=404)
        if not schema_check.is_complete(institution.schema_name) and not request.path.startswith("/static/"):
            return unavailable()
        request.tenant = institution  # type: ignore[attr-defined]
        to_tenant(institution)
        structlog.contextvars.bind_contextvars(tenant=institution.schema_name)
        portal = institution.kind == Kind.ASSOCIATION
        request.urlconf = settings.PORTAL_URLCONF if portal else settings.ROOT_URLCONF  # type: ignore[attr-defined]
        set_urlconf(request.urlconf)  # type: ignore[attr-defined]
        # The portal opens its scopes explicitly; an institution's site can only ever see its own rows.
        with nullcontext() if portal else institution_scope(institution):
            if not request.path.startswith(_open_paths(institution)):
                return not_open(request)
            return self.get_response(request)


def _open_paths(institution: Institution) -> tuple[str, ...]:
    """Beginnings of the paths that an institution answers in its state."""
    return {State.SUSPENDED: OPEN_WHEN_SUSPENDED, State.CLOSED: OPEN_WHEN_CLOSED}.get(State(institution.state), ("",))


def not_open(request: HttpRequest) -> HttpResponse:
    """The notice of a suspended institution, or of one that is gone for good; neither says why."""
    closed = request.tenant.state == State.CLOSED  # type: ignore[attr-defined]
    template, status = ("closed.html", 410) if closed else ("suspended.html", 503)
    return render(request, template, {"association": association()}, status=status)


def unavailable() -> HttpResponse:
    """503 for a schema that lost a table; drawn without a tenant, because nothing in that schema may be read."""
    words = {
        "title": _("This site is not available at present"),
        "sentence": _(
            "Our technicians have been told. Nothing is lost: hours and exam results that were confirmed stay as they "
            "are. Please come back in a while."
        ),
        "code": "institution.schema_incomplete",
    }
    return HttpResponse(render_to_string("unavailable.html", words), status=503, headers={"Retry-After": "60"})


class LanguageMiddleware:
    """Chinese unless the person has chosen otherwise: the browser's list of languages does not decide."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class TenantUserMiddleware:
    """A session counts only in the schema it was opened in, and rights only with a second factor (`tenants.gate`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant, inner = request.tenant, request.user  # type: ignore[attr-defined]
        if SESSION_KEY in request.session and request.session.get("schema") != tenant.schema_name:
            request.session = type(request.session)()
            request.user = AnonymousUser()
        else:
            request.user = SimpleLazyObject(lambda: _admitted(inner, request))  # type: ignore[assignment]
        return self.get_response(request)


def _admitted(user: Any, request: HttpRequest) -> Any:
    tenant = request.tenant  # type: ignore[attr-defined]
    return gated(user, tenant, second_factor=has_factor(request.session, user, tenant), at=now())


class SecondFactorRequired(DomainError):
    code = "second_factor.required"
    message = _("Please show your second factor again.")
    status = 403


class ReadOnly(DomainError):
    code = "institution.read_only"
    message = _("This institution is suspended: its staff may look, but change nothing.")
    status = 403


class StaffDoorMiddleware:
    """In front of /admin/: staff show their second factor first; a suspended institution's staff only look."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ADMIN):
            return self.get_response(request)
        at, tenant = now(), request.tenant  # type: ignore[attr-defined]
        if owes_factor(request.user, at=at):
            return _ask_for_factor(request)
        if tenant.state == State.SUSPENDED and request.method not in SAFE and request.path not in ALWAYS_IN_ADMIN:
            return _refusal(request, ReadOnly(), "read_only.html")
        _note_support(request, at)
        return self.get_response(request)


def _ask_for_factor(request: HttpRequest) -> HttpResponse:
    """On to the second factor, and back to the page that was asked for; scripts get a code."""
    if _wants_json(request):
        return _refusal(request, SecondFactorRequired(), "")
    there = request.get_full_path() if request.method in SAFE else ADMIN
    where = f"{reverse('accounts:second')}?{urlencode({'next': there})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return redirect(where)


def _note_support(request: HttpRequest, at: datetime) -> None:
    """Once a session and grant: the audit trail says that support has come in."""
    until = getattr(request.user, "support_until", None)
    if until is None or request.session.get("support_until") == until.isoformat():
        return
    support.note_entry(request.user, request.tenant, at=at)  # type: ignore[arg-type,attr-defined]
    request.session["support_until"] = until.isoformat()


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refusal(request: HttpRequest, error: DomainError, template: str) -> HttpResponse:
    if not template or _wants_json(request):
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    return render(request, template, {"error": error}, status=error.status)


class ErrorMiddleware:
    """A DomainError that a view did not handle becomes an answer: JSON for scripts, a page for people."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        return _refusal(request, error, "error.html")
