"""Write down what is a hint for the review: what a page reports, marks of its browser, a rhythm too even.

One statement each, and no audit row: nothing is decided by it, and it comes every few minutes from everybody.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection
from psycopg.types.json import Jsonb

from learning.errors import CannotStudy
from learning.models import StudySession, StudyTrace
from learning.traces import NO_SOCKET, UA_CHANGED, Report

LATE = timedelta(minutes=2)  # so long after the end of a sitting the page's last report is still taken

# Sums stay in their column's range; a page cannot report more time than its sitting has lasted (and a minute).
NOTE_SQL = """
INSERT INTO learning_studytrace AS t
  (institution_id, session_id, reported_s, moves, presses, hidden_s, blurred_s, marks, beats, changed_at)
VALUES (%(institution)s, %(session)s, LEAST(%(reported_s)s, %(most)s), %(moves)s, %(presses)s,
        LEAST(%(hidden_s)s, %(most)s), LEAST(%(blurred_s)s, %(most)s), %(marks)s, 0, %(at)s)
ON CONFLICT (session_id) DO UPDATE SET
  reported_s = LEAST(t.reported_s::bigint + EXCLUDED.reported_s, %(most)s),
  moves = LEAST(t.moves::bigint + EXCLUDED.moves, 2147483647),
  presses = LEAST(t.presses::bigint + EXCLUDED.presses, 2147483647),
  hidden_s = LEAST(t.hidden_s::bigint + EXCLUDED.hidden_s, %(most)s),
  blurred_s = LEAST(t.blurred_s::bigint + EXCLUDED.blurred_s, %(most)s),
  marks = (SELECT COALESCE(jsonb_agg(DISTINCT mark ORDER BY mark), '[]'::jsonb)
           FROM jsonb_array_elements_text(t.marks || EXCLUDED.marks) AS mark),
  changed_at = GREATEST(t.changed_at, EXCLUDED.changed_at)
"""


def note_trace(session: StudySession, report: Report, *, at: datetime) -> None:
    """Add what a page reports to its sitting's trace. Raises `CannotStudy` when the sitting has been over for long."""
    if session.ended_at is not None and at > session.ended_at + LATE:
        raise CannotStudy(session.end_reason or "left")
    _add(session, report, at)


def note_agent(session: StudySession, user_agent: str, *, by_socket: bool, at: datetime) -> None:
    """Compare the browser that takes a sitting up with the one that passed the camera; writes only what is odd."""
    seen = session.camera_session.user_agent
    marks = [UA_CHANGED] if seen and user_agent[: len(seen)] != seen else []
    marks += [] if by_socket else [NO_SOCKET]
    if marks:
        _add(session, Report(0, 0, 0, 0, 0, tuple(marks)), at)


def note_rhythm(session_id: int, *, beats: int, rhythm_ms: int, at: datetime) -> None:
    """Write a rhythm down; of several sockets of one sitting the longest stays."""
    session = StudySession.objects.only("institution_id").get(pk=session_id)
    StudyTrace.objects.get_or_create(
        session=session, defaults={"institution_id": session.institution_id, "changed_at": at}
    )
    StudyTrace.objects.filter(session=session, beats__lt=beats).update(beats=beats, rhythm_ms=rhythm_ms, changed_at=at)


def _add(session: StudySession, report: Report, at: datetime) -> None:
    lasted_s = max(0, int((at - session.started_at).total_seconds()))
    values = asdict(report) | {
        "institution": session.institution_id,
        "session": session.pk,
        "marks": Jsonb(sorted(report.marks)),
        "most": lasted_s + 60,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE_SQL, values)
