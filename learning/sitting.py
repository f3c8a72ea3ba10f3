"""What both doors of a sitting (socket and HTTP) read and say: how it stands, and what is released of its medium."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from learning.errors import CannotStudy
from learning.models import Enrolment, StudySession
from learning.protocol import Released
from learning.rules import StudyRules
from learning.services import complete_hours_if_done, note_agent, resume
from tenants.accounts.models import User
from tenants.rulesets.services import rules_for


@dataclass(frozen=True)
class Begun:
    """A sitting that was taken up: what the socket keeps, and the `hello` it says first."""

    session_id: int
    enrolment: Enrolment
    released: Released
    hello: dict[str, Any]


def sitting_of(uuid: UUID, user: User) -> StudySession:
    """The person's own sitting in the current scope; anything else is not found. Raises `CannotStudy`."""
    session = (
        StudySession.objects.filter(uuid=uuid, user=user)
        .select_related("lesson", "enrolment", "progress__media", "camera_session")
        .first()
    )
    if session is None:
        raise CannotStudy("not_yours", status=404)
    return session


def begin(uuid: UUID, user: User, browser: str, at: datetime, *, agent: str = "", by_socket: bool = True) -> Begun:
    """Take a sitting up (again) in the browser with this session cookie. Raises `CannotStudy` when it is over.

    `agent`, the browser's User-Agent, is compared with the camera's: a hint for the review, nothing depends on it.
    """
    session = sitting_of(uuid, user)
    seq, nonce = resume(session)
    note_agent(session, agent, by_socket=by_socket, at=at)
    rules = rules_for(StudyRules, at=at)
    released = released_of(session, rules, browser)
    progress, now_s = session.progress, at.timestamp()
    media = progress.media
    edge, first = released.edge(progress.credited_ms), progress.credited_ms // media.segment_ms
    hello = {
        "type": "hello",
        "seq": seq,
        "nonce": str(nonce),
        "beat_s": rules.beat_s,
        "credited_ms": progress.credited_ms,
        "duration_ms": progress.duration_ms,
        "segment_ms": media.segment_ms,
        "segments_total": media.segments,
        "base": released.base,
        "renditions": media.renditions,
        "init": released.init_query(now_s),
        "first": first,
        "edge": edge,
        "segments": released.queries(first, edge, now_s),
    }
    return Begun(session.pk, session.enrolment, released, hello)


def released_of(session: StudySession, rules: StudyRules, browser: str) -> Released:
    """What may be released of the sitting's medium to one browser."""
    media = session.progress.media
    return Released(
        session.uuid,
        media.folder,
        browser,
        media.segments,
        media.segment_ms,
        rules.buffer_s * 1000,
        rules.segment_url_s,
    )


def finish(enrolment: Enrolment, at: datetime) -> dict[str, Any]:
    """After the last beat of a lesson: settle the hours and say whether all of them are complete."""
    complete_hours_if_done(enrolment, at=at)
    enrolment.refresh_from_db(fields=["hours_completed_at"])
    return {"type": "lesson_complete", "all_complete": enrolment.hours_completed_at is not None}
