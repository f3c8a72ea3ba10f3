"""Closing one's account: asked for with proof, taken back by signing in, and carried out when the days are over."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db import connection, transaction
from django.db.models import Q
from django.dispatch import receiver
from django.utils.timezone import localtime, now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from tenants.accounts.data_requests import ask, open_request, tell
from tenants.accounts.events import account_closed
from tenants.accounts.exports import drop_of
from tenants.accounts.models import (
    Authenticator,
    DataRequest,
    HandOff,
    KnownDevice,
    PhoneCode,
    RecoveryCode,
    SignedIn,
    User,
)
from tenants.accounts.sessions import end_sessions
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for


class WorksHere(DomainError):
    code = "account.works_somewhere"
    message = _("You work for an institution or the association. Ask its manager to end your role first.")


def works_somewhere(user: User) -> bool:
    """Whether the person holds a role in any schema: what staff did must stay somebody's until the role has ended."""
    if user.is_superuser:
        return True
    parts = [
        sql.SQL("SELECT 1 FROM {table} WHERE user_id = %(user)s").format(
            table=sql.Identifier(schema, "roles_groupmembership")
        )
        for schema in Institution.objects.values_list("schema_name", flat=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts) + sql.SQL(" LIMIT 1"), {"user": user.pk})
        return cursor.fetchone() is not None


@transaction.atomic
def ask_closing(user: User, *, by: User, at: datetime) -> DataRequest:
    """Begin the cooling-off: signed out everywhere at once, closed at `due_at`. Raises `AskedAlready`, `WorksHere`.

    What else stands against it (an exam that runs, a review that waits) only the floors above know; they ask first.
    """
    if works_somewhere(user):
        raise WorksHere
    days = rules_for(RetentionRules, at=at).cooling_off_days
    request = ask(user, DataRequest.Kind.CLOSE, by=by, at=at, days=days)
    tell(request, "account_closing", at=at, day=f"{localtime(request.due_at):%Y年%m月%d日}")
    end_sessions(user, why=SignedIn.End.CLOSED, keep=None, by=by, at=at)
    return request


@transaction.atomic
def keep_account(user: User, *, by: User, at: datetime) -> bool:
    """Take the closing back; True when there was one to take back."""
    request = open_request(user, DataRequest.Kind.CLOSE)
    if request is None:
        return False
    request.state, request.decided_at, request.decided_by = DataRequest.State.WITHDRAWN, at, by
    request.save(update_fields=["state", "decided_at", "decided_by"])
    record("account.kept", actor=by, subject=user, at=at)
    return True


@receiver(user_logged_in, dispatch_uid="accounts.keep_account")
def keep_on_sign_in(sender: object, request: Any, user: Any, **more: object) -> None:
    """Whoever signs in within the days wants to stay; the next page says so."""
    if keep_account(user, by=user, at=now()):
        kept = gettext("You had asked to close this account. By signing in you keep it.")
        messages.info(request, kept, fail_silently=True)


def close_due(*, at: datetime) -> int:
    """Close the accounts whose days are over; returns how many."""
    due = DataRequest.objects.filter(kind=DataRequest.Kind.CLOSE, state=DataRequest.State.OPEN, due_at__lte=at)
    return sum(_close(pk, at=at) for pk in due.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def _close(pk: int, *, at: datetime) -> bool:
    waiting = DataRequest.objects.filter(pk=pk, state=DataRequest.State.OPEN)
    request = waiting.select_for_update(of=("self",), skip_locked=True).select_related("user").first()
    if request is None:
        return False
    close_account(request.user, by=request.user, at=at, request=request)
    request.state, request.decided_at = DataRequest.State.DONE, at
    request.save(update_fields=["state", "decided_at"])
    return True


@transaction.atomic
def close_account(user: User, *, by: User | None, at: datetime, request: DataRequest) -> None:
    """Nobody signs in any more; the phone is free, devices and factors are forgotten, face data goes (`events`)."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.closed_at is not None:
        return
    tell(request, "account_closed", at=at)
    end_sessions(user, why=SignedIn.End.CLOSED, keep=None, by=by, at=at)
    _forget_ways_in(user)
    drop_of(user, at=at)
    user.is_active, user.closed_at = False, at
    user.phone, user.phone_index, user.phone_verified_at = None, "", None
    user.set_unusable_password()
    user.save(update_fields=["is_active", "closed_at", "phone", "phone_index", "phone_verified_at", "password"])
    record("account.closed", actor=by, subject=user, at=at)
    account_closed.send(sender=User, user=user, by=by, at=at)


def _forget_ways_in(user: User) -> None:
    codes = Q(user=user) | Q(phone_index=user.phone_index) if user.phone_index else Q(user=user)
    PhoneCode.objects.filter(codes).delete()
    for model in (KnownDevice, HandOff, Authenticator, RecoveryCode):
        model.objects.filter(user=user).delete()  # type: ignore[attr-defined]
