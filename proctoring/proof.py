"""A face check as proof of one act: passed in a camera session opened for just that, a short time ago, used once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from proctoring.errors import FaceNotProved
from proctoring.incidents import HINTS
from proctoring.models import CameraSession, Incident, LivenessAttempt
from proctoring.outcomes import PASSED
from proctoring.rules import MATCH, ProctoringRules, verdict_of
from proctoring.supervision import close_camera_session
from tenants.audit.services import record
from tenants.rulesets.services import rules_for

# The page has let go of the camera, or its socket was cut: what it showed before holds.
STILL_GOOD = ("", "camera.offline")


@transaction.atomic
def use_face_proof(
    session_uuid: UUID, user: Any, purpose: str, *, signed_in: Any, within: timedelta, at: datetime
) -> CameraSession:
    """Use up the proof of an open session of `user`; it is closed by this. Raises `FaceNotProved`.

    Stricter than study: the face must match outright, nothing odd may have been noted, and the browser must be the one
    in which the session was opened.
    """
    session = (
        CameraSession.objects.select_for_update(of=("self",))
        .select_related("institution")
        .filter(uuid=session_uuid, user=user, purpose=purpose, signed_in=signed_in, closed_at=None)
        .first()
    )
    if session is None or session.expired_code not in STILL_GOOD or not _is_proved(session, within, at):
        raise FaceNotProved
    close_camera_session(session, by=user, at=at)
    record("camera.proof_used", actor=user, subject=session, institution=session.institution, at=at, purpose=purpose)
    return session


def _is_proved(session: CameraSession, within: timedelta, at: datetime) -> bool:
    last = LivenessAttempt.objects.filter(session=session).order_by("-started_at", "-pk").first()
    if last is None or last.outcome != PASSED or last.ended_at is None or last.distance is None:
        return False
    matches = verdict_of(last.distance, last.engine, rules_for(ProctoringRules, at=at)) == MATCH
    return matches and last.ended_at >= at - within and not _is_doubted(session)


def _is_doubted(session: CameraSession) -> bool:
    """Hints alone (an odd camera) refuse nobody."""
    return Incident.objects.filter(session=session).exclude(kind__in=HINTS).exists()
