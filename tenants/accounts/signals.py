"""A session is bound to the schema it was opened in, and has a row from its first moment to its last."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal, receiver
from django.utils.timezone import now

from tenants.models import Institution
from tenants.schema import current_schema

# Sent inside the transaction that ends sessions: user, rows (list[SignedIn]), by, at. Higher floors end what runs
# under these sessions in the same transaction, so that no beat is credited after the commit.
sessions_ended = Signal()


@receiver(user_logged_in)
def bind_session_to_schema(sender: object, request: Any, user: Any, **_: object) -> None:
    """Sent by `login` after it has changed the session's key."""
    from tenants.accounts import sessions

    tenant = getattr(request, "tenant", None) or Institution.objects.filter(schema_name=current_schema()).first()
    request.session["schema"] = tenant.schema_name if tenant else current_schema()
    if tenant is not None:
        sessions.open_session(request, user, tenant, at=now())


@receiver(user_logged_out)
def end_on_sign_out(sender: object, request: Any, user: Any, **_: object) -> None:
    """Sent by `logout` before it forgets the session."""
    from tenants.accounts import sessions
    from tenants.accounts.models import SignedIn

    row = sessions.session_of(request)
    if row is not None:
        sessions.end_session(row, why=SignedIn.End.SIGNED_OUT, by=user, at=now())
