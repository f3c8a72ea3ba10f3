"""From the portal's sign-in tabs to an institution's host: a single-use ticket of 30 seconds, by POST."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from tenants.accounts.models import HandOff, User
from tenants.crypto import blind_index
from tenants.errors import DomainError
from tenants.models import Institution, State

VALID_S = 30


class TicketVoid(DomainError):
    code = "handoff.void"
    message = _("This sign-in ticket is no longer valid. Please sign in again.")
    status = 403


@dataclass(frozen=True)
class Ticket:
    """What the portal's page posts to the institution's host."""

    institution: Institution
    action: str
    token: str


def workplaces(user: User) -> list[Institution]:
    """The institutions where `user` is on the staff, support aside: one query over the schemas. Not the closed ones."""
    institutions = {i.schema_name: i for i in Institution.objects.training().exclude(state=State.CLOSED)}
    if not institutions:
        return []
    parts = [
        sql.SQL("SELECT {name} WHERE EXISTS (SELECT 1 FROM {table} WHERE user_id = %(user)s AND until IS NULL)").format(
            name=sql.Literal(schema), table=sql.Identifier(schema, "roles_groupmembership")
        )
        for schema in institutions
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), {"user": user.pk})
        return [institutions[row[0]] for row in cursor.fetchall()]


def issue(user: User, institution: Institution, *, at: datetime, second_factor: bool = False, next: str = "") -> Ticket:
    """A fresh ticket for `user` at the host of `institution`.

    `second_factor`: the session it comes from has shown one (`tenants.gate.has_factor`), so the new session counts as
    if it had. `next`: a path there to arrive at.
    """
    token = secrets.token_urlsafe(32)
    HandOff.objects.create(
        user=user,
        institution=institution,
        token_index=blind_index("handoff", token),
        second_factor=second_factor,
        next=next,
        created_at=at,
        expires_at=at + timedelta(seconds=VALID_S),
    )
    portal = urlsplit(settings.PORTAL_URL)
    port = f":{portal.port}" if portal.port else ""
    return Ticket(institution, f"{portal.scheme}://{institution.host}{port}/signin/arrive/", token)


def redeem(token: str, institution: Institution, *, at: datetime) -> HandOff:
    """A ticket (`user`, `second_factor`, `next`), which is used up by this. Raises `TicketVoid`."""
    with transaction.atomic():
        ticket = (
            HandOff.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(token_index=blind_index("handoff", token), institution=institution, used_at=None, expires_at__gt=at)
            .first()
        )
        if ticket is None or not ticket.user.is_active:
            raise TicketVoid
        ticket.used_at = at
        ticket.save(update_fields=["used_at"])
    return ticket
