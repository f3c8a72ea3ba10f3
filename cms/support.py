"""Support grants in words, for both sides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tenants.accounts.models import SupportGrant
from tenants.accounts.support import entries_of
from tenants.roles.roles import Role


@dataclass(frozen=True)
class Described:
    """One grant as a row. `tone` is a class of `zx-state`."""

    grant: SupportGrant
    role: str
    tone: str
    state: str
    entries: list[datetime]

    @property
    def is_running(self) -> bool:
        return self.tone == "review"


def described(grants: Iterable[SupportGrant], *, at: datetime) -> list[Described]:
    """One query for all entries, whatever the number of rows."""
    rows = list(grants)
    entries = entries_of(rows)
    return [
        Described(grant, str(Role(grant.role).label), *_state(grant, at), entries[str(grant.uuid)]) for grant in rows
    ]


def _state(grant: SupportGrant, at: datetime) -> tuple[str, str]:
    if grant.ended_at is None and grant.expires_at > at:
        return "review", _("running")
    if grant.ended_by is None:
        return "off", _("time was up")
    return "off", _("ended early by %(name)s") % {"name": grant.ended_by.name}
