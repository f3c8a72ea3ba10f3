"""Misuse of the beats' two doors: the limits of the HTTP door (the socket keeps its own), and what misuse leaves.

Credit needs none of this: it is server time, whatever anybody sends. The limits keep the load of scripts away, and the
incident tells the reviewer that one was at work.
"""

from datetime import datetime
from uuid import UUID

from learning.models import StudySession
from proctoring.supervision import note_study_abuse
from tenants.ratelimit import allowed

MOST_MESSAGES, WINDOW_S = 20, 10.0  # honest pages send one a beat and one a press of the pause button
MOST_ABUSES = 20


def is_too_many(session: UUID, at: datetime) -> bool:
    """Whether a sitting asks the HTTP door more often than a page would. Without Redis nobody is refused."""
    each_minute = MOST_MESSAGES / WINDOW_S * 60
    return not allowed("study.http", str(session), a_minute=each_minute, burst=MOST_MESSAGES, at=at)


def note_refusal(session: StudySession, code: str, at: datetime) -> None:
    """A message at the HTTP door was refused as no page would have sent it; the 20th of a sitting is an incident."""
    if not allowed("study.refused", str(session.uuid), a_minute=1, burst=MOST_ABUSES - 1, at=at):
        note_abuse(session.pk, code, at)


def note_abuse(session_id: int, code: str, at: datetime) -> None:
    """Write the incident down, for the reviewer of the hours."""
    session = StudySession.objects.select_related("camera_session").get(pk=session_id)
    note_study_abuse(session.camera_session, code=code, at=at)
