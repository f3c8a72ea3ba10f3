"""Housekeeping of sessions and support."""

from django.contrib.sessions.backends.db import SessionStore
from django.utils.timezone import now

from tenants.accounts import sessions, support
from tenants.tasks import tenant_task


@tenant_task(name="tenants.accounts.tasks.note_expired_sessions")
def note_expired_sessions() -> None:
    """Every five minutes: rows of cookies that have run out."""
    sessions.note_expired(at=now())


@tenant_task(name="tenants.accounts.tasks.clear_sessions")
def clear_sessions() -> None:
    """Every night: expired rows of `django_session` go."""
    SessionStore.clear_expired()


@tenant_task(name="tenants.accounts.tasks.end_support")
def end_support() -> None:
    """Every minute: support grants that have run out."""
    support.expire_due(at=now())
