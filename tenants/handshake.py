"""The websocket handshake: Host → tenant, Origin = Host, session cookie → person."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import close_old_connections
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from django_tenants.utils import tenant_context

from tenants import schema_check
from tenants.gate import gated, has_factor
from tenants.models import Institution
from tenants.queries import institution_of_host


class Refused(Exception):
    """`code` is one of handshake.unknown_host, .foreign_origin, .signed_out, .suspended, .unavailable."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Hand:
    """Who has connected, and where."""

    tenant: Institution
    user: Any


def header(scope: dict[str, Any], name: bytes) -> str:
    """The one value of a header; repeated headers are refused as empty."""
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def shake_hands(scope: dict[str, Any]) -> Hand:
    """Resolve tenant and user of a websocket scope. Synchronous: run it in a thread. Raises `Refused`."""
    try:
        host = header(scope, b"host")
        if urlsplit(header(scope, b"origin")).netloc.lower() != host.lower() or not host:
            raise Refused("handshake.foreign_origin")
        tenant = institution_of_host(host.rsplit(":", 1)[0])
        if tenant is None:
            raise Refused("handshake.unknown_host")
        if not schema_check.is_complete(tenant.schema_name):
            raise Refused("handshake.unavailable")
        if not tenant.is_live:
            raise Refused("handshake.suspended")
        user = session_user(session_cookie(scope), tenant)
        if user is None:
            raise Refused("handshake.signed_out")
        return Hand(tenant, user)
    finally:
        close_old_connections()


def session_cookie(scope: dict[str, Any]) -> str:
    """The session cookie's value as HTTP would read it; empty without one."""
    return parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


def session_user(key: str, tenant: Institution) -> Any:
    """The signed-in, active person of the session, if it was opened in this schema; gated."""
    if not key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    if (
        session.get("schema") != tenant.schema_name
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
    ):
        return None
    user = get_user_model()._default_manager.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    with tenant_context(tenant):
        return gated(user, tenant, second_factor=has_factor(session, user, tenant), at=now())
