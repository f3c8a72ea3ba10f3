"""The camera session of an attempt: face check before the paper, evidence during it, a verdict pulled when graded."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from exams.errors import FaceCheckNeeded
from exams.models import Attempt, Supervision, Watch
from exams.rules import Watched, findings_of, rules_from
from learning.models import Enrolment
from proctoring import services as proctoring
from proctoring.models import CameraSession
from proctoring.queries import seen_in
from tenants.accounts.models import User


def require_verified(camera: CameraSession | None, enrolment: Enrolment, *, at: datetime) -> None:
    """The person's own exam sitting at this institution, verified at `at`. Raises FaceCheckNeeded."""
    if camera is None or not _is_for(camera, enrolment.user_id, enrolment.institution_id):
        raise FaceCheckNeeded
    if camera.closed_at or camera.verified_until is None or camera.verified_until <= at:
        raise FaceCheckNeeded


def watch(attempt: Attempt, camera: CameraSession | None, *, at: datetime) -> None:
    """Write the attempt under this sitting from now on; the earlier ones stay its evidence. Idempotent."""
    if camera is not None and _is_for(camera, attempt.user_id, attempt.institution_id):
        Watch.objects.get_or_create(camera_session=camera, defaults={"attempt": attempt, "begun_at": at})


def sitting_of(attempt: Attempt) -> CameraSession | None:
    """The one it is being written under now, if that is open."""
    newest = Watch.objects.filter(attempt=attempt, camera_session__closed_at=None).select_related("camera_session")
    found = newest.order_by("-begun_at").first()
    return found.camera_session if found else None


def _is_for(camera: CameraSession, user_id: int, institution_id: int) -> bool:
    mine = camera.user_id == user_id and camera.institution_id == institution_id
    return mine and camera.purpose == CameraSession.Purpose.EXAM


def close(attempt: Attempt, *, by: User | None, at: datetime) -> tuple[Supervision, dict[str, Any]]:
    """End the sittings of an attempt whose `submitted_at` is set; the verdict, and what it was counted from."""
    sessions = [row.camera_session for row in Watch.objects.filter(attempt=attempt).select_related("camera_session")]
    if not sessions:
        return Supervision.UNASKED, {}
    start, end = attempt.opened_at, attempt.submitted_at or at
    seen = seen_in([session.pk for session in sessions], start, end)
    watched = Watched(total_s=max(0.0, (end - start).total_seconds()), **asdict(seen))
    for session in sessions:
        proctoring.close_camera_session(session, by=by, at=at)
    codes = findings_of(watched, rules_from(attempt.rules))
    return (Supervision.LOOK if codes else Supervision.CLEAR), {"codes": codes, **asdict(watched)}
