"""When a sitting's line was broken: kept in the audit trail, beside its beginning and its end (ADR 0172)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from learning.models import StudySession
from learning.stretches import Stretch
from tenants.audit.models import Entry
from tenants.audit.services import record


def note_broken(session: StudySession, heard_at: datetime, back_at: datetime) -> None:
    """Nothing was heard of the page between these moments; then it came back by itself."""
    record(
        "study.reconnected",
        actor=session.user,
        subject=session,
        institution=session.institution,
        at=back_at,
        heard_at=heard_at.isoformat(),
    )


def broken_lines(sessions: Iterable[StudySession]) -> dict[int, list[Stretch]]:
    """From the last sign of life to the next one, by sitting. One query."""
    ids = {str(session.uuid): session.pk for session in sessions}
    found: dict[int, list[Stretch]] = defaultdict(list)
    if ids:
        rows = Entry.objects.filter(
            subject_type=StudySession._meta.label_lower, subject_id__in=ids, action="study.reconnected"
        ).order_by("id")
        for uuid, back_at, data in rows.values_list("subject_id", "at", "data"):
            found[ids[uuid]].append((datetime.fromisoformat(data["heard_at"]), back_at))
    return found
