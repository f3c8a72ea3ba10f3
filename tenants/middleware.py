"""From host to tenant, from session to person: what every request passes before a view."""

from collections.abc import Callable
from contextlib import nullcontext

import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import set_urlconf
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from tenants import schema_check
from tenants.errors import DomainError
from tenants.gate import gated
from tenants.models import Kind, State
from tenants.queries import institution_of_host
from tenants.schema import to_public, to_tenant
from tenants.scopes import institution_scope

GetResponse = Callable[[HttpRequest], HttpResponse]
UNKNOWN_HOST = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>404</title>'
    "<h1>404</h1><p>没有这个网站。请核对网址。</p><p>No such site. Please check the address.</p></html>"
)
# What stays open while an institution is suspended or closed.
OPEN_WHEN_SUSPENDED = ("/brand.css", "/static/", "/language/", "/signin/", "/admin/")


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
            if institution.state in {State.SUSPENDED, State.CLOSED} and not request.path.startswith(
                OPEN_WHEN_SUSPENDED
            ):
                return render(request, "suspended.html", status=503)
            return self.get_response(request)


def unavailable() -> HttpResponse:
    """503 for a schema that lost a table; drawn without a tenant, because nothing in that schema may be read."""
    return HttpResponse(render_to_string("unavailable.html"), status=503, headers={"Retry-After": "60"})


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
    """A session counts only in the schema it was opened in, and a superuser only at the association."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant, inner = request.tenant, request.user  # type: ignore[attr-defined]
        if SESSION_KEY in request.session and request.session.get("schema") != tenant.schema_name:
            request.session = type(request.session)()
            request.user = AnonymousUser()
        else:
            request.user = SimpleLazyObject(lambda: gated(inner, tenant))  # type: ignore[assignment]
        return self.get_response(request)


class ErrorMiddleware:
    """A DomainError that a view did not handle becomes an answer: JSON for scripts, a page for people."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
        return render(request, "error.html", {"error": error}, status=error.status)
