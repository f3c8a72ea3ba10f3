"""What happened to a post certificate, in words: the audit trail, with what the register keeps sealed beside it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from learning.models import CertificateClaim, PostCertificate, PostCertificateChange
from tenants.audit.models import Entry
from tenants.masking import mask_id_number

TONES = {"registered": "is-key", "restored": "is-key", "revoked": "is-alert"}


@dataclass(frozen=True)
class Line:
    """One thing that happened. `changes`: field in words, before, after; numbers of people masked."""

    at: datetime
    who: str
    words: str
    reason: str
    tone: str
    changes: list[tuple[str, str, str]]


def history_of(certificate: PostCertificate) -> list[Line]:
    """The newest first: three queries."""
    entries = Entry.objects.filter(
        subject_type=certificate._meta.label_lower, subject_id=str(certificate.uuid),
        action__startswith="post_certificate.",
    )  # fmt: skip
    changes = {str(change.uuid): change for change in PostCertificateChange.objects.filter(certificate=certificate)}
    claim = CertificateClaim.objects.filter(certificate=certificate).select_related("institution").first()
    rows = entries.select_related("actor").order_by("-at", "-pk")
    return [_line(entry, changes.get(entry.data.get("change", "")), claim) for entry in rows]


def _line(entry: Entry, change: PostCertificateChange | None, claim: CertificateClaim | None) -> Line:
    verb = entry.action.removeprefix("post_certificate.")
    return Line(
        at=entry.at,
        who=entry.actor.name if entry.actor else _("the system"),
        words=_words(verb, claim),
        reason=change.reason if change else "",
        tone=TONES.get(verb, ""),
        changes=_changes(change),
    )


def _words(verb: str, claim: CertificateClaim | None) -> str:
    if verb == "registered" and claim is not None:
        return _("Entered, after a report by %(institution)s") % {"institution": claim.institution.short_name}
    return {
        "registered": _("Entered into the register"),
        "corrected": pgettext("certificate", "Corrected"),
        "superseded": _("Replaced by a qualification certificate"),
        "revoked": pgettext("certificate", "Revoked"),
        "restored": _("Revocation taken back"),
    }.get(verb, verb)


def _changes(change: PostCertificateChange | None) -> list[tuple[str, str, str]]:
    if change is None or not change.values:
        return []
    names = field_names()
    values: dict[str, Any] = json.loads(change.values)
    return [(names[field], _shown(field, was), _shown(field, now)) for field, (was, now) in values.items()]


def field_names() -> dict[str, str]:
    """Fields of the register's rules in words."""
    return {
        "number": _("Certificate number"), "holder": _("ID number"), "name": _("Holder"),
        "position": _("Position"), "issued_on": _("Day of issue"),
    }  # fmt: skip


def _shown(field: str, value: str) -> str:
    return mask_id_number(value) if field == "holder" else value
