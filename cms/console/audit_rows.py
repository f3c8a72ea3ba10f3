"""Audit entries as a person reads them: sentence, subject with its screen, details, seal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cms.audit_words import ACTIONS, DETAILS, SUBJECTS
from tenants.accounts.models import DataRequest, User
from tenants.audit.models import Entry
from tenants.models import State
from tenants.roles.roles import Role

# Subject → the screen of the console that shows it.
SCREENS = {
    "accounts.user": "console:person",
    "tenants.institution": "console:institution",
    "tenants.application": "console:application",
    "review.hoursreview": "console:case",
    "learning.postcertificate": "console:post_certificate",
    "learning.certificateclaim": "console:certificate_claim",
    "learning.enrolment": "console:enrolment",
    "accounts.datarequest": "console:data_request",
    "certs.appraisalrecord": "console:appraisal",
    "portal.expert": "console:expert",
}
STATES = {**dict(State.choices), **dict(DataRequest.State.choices)}
ORDER = {key: place for place, key in enumerate(DETAILS)}
PERSON, INSTITUTION = "accounts.user", "tenants.institution"


def dressed(entries: Iterable[Entry]) -> list[Any]:
    """The same entries with `words`, `who`, `about`, `url`, `details`, `sealed`; one query for the names of people."""
    rows: list[Any] = list(entries)
    names = _names(row.subject_id for row in rows if row.subject_type == PERSON)
    for row in rows:
        row.words = ACTIONS.get(row.action, row.action)
        row.who = row.actor.name if row.actor else _("System")
        row.kind = SUBJECTS.get(row.subject_type, row.subject_type)
        row.about = names.get(row.subject_id, "") or _institution_name(row)
        row.url = reverse(SCREENS[row.subject_type], args=[row.subject_id]) if row.subject_type in SCREENS else ""
        row.details = [
            (DETAILS.get(key, key), _shown(key, value)) for key, value in sorted(row.data.items(), key=_place)
        ]
        row.sealed = getattr(row, "seal", None)
    return rows


def _names(uuids: Iterable[str]) -> dict[str, str]:
    found = User.objects.filter(uuid__in={uuid for uuid in uuids if uuid}).values_list("uuid", "name")
    return {str(uuid): name for uuid, name in found}


def _institution_name(row: Any) -> str:
    same = row.subject_type == INSTITUTION and row.institution and str(row.institution.uuid) == row.subject_id
    return row.institution.short_name if same else ""


def _place(item: tuple[str, Any]) -> int:
    """The database orders the keys by length; we tell what was before what is."""
    return ORDER.get(item[0], len(ORDER))


def _shown(key: str, value: Any) -> str:
    """A stored value in words where we have them."""
    if isinstance(value, bool):
        return pgettext("audit", "yes") if value else pgettext("audit", "no")
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value) or "—"
    if key == "role" and value in Role.values:
        return str(Role(value).label)
    if key in ("was", "now", "state") and value in STATES:
        return str(STATES[value])
    if key == "heard_at":
        return date_format(localtime(datetime.fromisoformat(value)), "Y-m-d H:i:s")
    if key == "field":
        fields = {"id_number": _("ID number"), "holder_id_number": _("ID number"), "phone": _("phone number")}
        return str(fields.get(value, value))
    return "—" if value in ("", None) else str(value)
