"""The last things that happened to a person's account, in words: from the audit trail, without anybody else's data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.accounts.models import SignedIn, User
from tenants.accounts.phones import Way
from tenants.audit.models import Entry

SHOWN = 10
ICONS = {
    "account.signed_in": "user",
    "account.password_set": "lock",
    "account.phone_changed": "device-mobile",
    "account.device_forgotten": "device-desktop",
    "account.registered": "id",
    "session.ended": "logout",
}
PHONE_WORDS = {
    Way.BOTH: gettext_lazy("Phone changed, both numbers verified by SMS"),
    Way.FACE: gettext_lazy("Phone changed after a face check"),
    Way.ASSOCIATION: gettext_lazy("Phone changed by the association"),
}


@dataclass(frozen=True)
class Event:
    """One line: what, when, and the site where it happened (empty when it concerns none)."""

    at: datetime
    icon: str
    words: str
    place: str


def events_of(user: User) -> list[Event]:
    """The newest `SHOWN` events of the person, newest first: one query."""
    rows = Entry.objects.filter(subject_type="accounts.user", subject_id=str(user.uuid), action__in=ICONS)
    # What a person ends by signing out, or by a new password, is told by that act itself.
    rows = rows.exclude(action="session.ended", data__why__in=_told_elsewhere())
    return [_event(entry) for entry in rows.select_related("institution")[:SHOWN]]


def _told_elsewhere() -> list[str]:
    ends = (SignedIn.End.SIGNED_OUT, SignedIn.End.PASSWORD, SignedIn.End.PHONE)
    return [end.value for end in ends]


def _event(entry: Entry) -> Event:
    place = entry.institution.short_name if entry.institution else ""
    return Event(entry.at, ICONS[entry.action], _words(entry.action, entry.data), place)


def _words(action: str, data: dict[str, Any]) -> str:
    if action == "account.phone_changed":
        return str(PHONE_WORDS.get(data.get("way", ""), _("Phone changed")))
    return {
        "account.signed_in": _("Signed in"),
        "account.password_set": _("New password set"),
        "account.device_forgotten": _("A known device was forgotten"),
        "account.registered": _("Account registered"),
        "session.ended": _("Another device was signed out"),
    }[action]
