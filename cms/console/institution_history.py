"""What happened to an institution, in words, from the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tenants.audit.models import Entry
from tenants.models import Institution, State

SHOWN = 20
TONES = {State.SUSPENDED: "is-alert", State.CLOSED: "is-alert", State.APPROVED: "is-key"}


@dataclass(frozen=True)
class Line:
    at: datetime
    who: str
    words: str
    reason: str
    tone: str


def history_of(institution: Institution) -> list[Line]:
    """The newest first."""
    entries = Entry.objects.filter(
        institution=institution, action__startswith="institution.", subject_type="tenants.institution"
    )
    return [_line(entry) for entry in entries.select_related("actor").order_by("-at", "-pk")[:SHOWN]]


def _line(entry: Entry) -> Line:
    who = entry.actor.name if entry.actor else _("the system")
    state = entry.data.get("now") if entry.action == "institution.state" else None
    tone = TONES.get(State(state), "") if state in State.values else ""
    if entry.action == "institution.opened":
        tone = "is-key"
    return Line(entry.at, who, _words(entry), entry.data.get("reason", "") if state else "", tone)


def _words(entry: Entry) -> str:
    data = entry.data
    if entry.action == "institution.state":
        return {
            State.APPROVED: _("Opened again"),
            State.SUSPENDED: _("Suspended"),
            State.CLOSED: _("Closed for good"),
        }[State(data["now"])]
    if entry.action == "institution.renamed":
        return _("Renamed: was %(name)s (%(short)s)") % {
            "name": data["was"]["name"],
            "short": data["was"]["short_name"],
        }
    words = {
        "institution.opened": _("Opened"),
        "institution.contact": _("Contact changed"),
        "institution.positions": _("Positions changed"),
        "institution.brand": _("Colours: %(main)s and %(accent)s") if "main" in data else _("Colours"),
        "institution.footer": _("Footer changed"),
        "institution.logo": _("New logo"),
        "institution.logo_removed": _("Logo taken away"),
        "institution.domain_added": _("Address added: %(host)s"),
        "institution.domain_removed": _("Address taken away: %(host)s"),
        "institution.domain_primary": _("Main address: %(host)s"),
    }.get(entry.action, entry.action)
    return words % data if "%(" in words else words
