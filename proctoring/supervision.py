"""Camera sessions and what is seen in them: the services behind the socket. `verified_until` is the one verdict that
study and exams read."""

import random
from datetime import datetime, timedelta
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least

from proctoring import queries
from proctoring.camera_told import CameraTold
from proctoring.errors import ProfileIncomplete, SessionClosed, TooManyAttempts
from proctoring.liveness import draw_challenge
from proctoring.models import CameraSession, Incident, Lapse, LivenessAttempt, Snapshot
from proctoring.noticing import keep, note, note_camera, note_signals, note_too_perfect
from proctoring.outcomes import PASSED, Sighting
from proctoring.rules import ProctoringRules, needs_check, verdict_of
from tenants.audit.services import record
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope
from tenants.states import require_live

log = structlog.get_logger(__name__)

HOLDS = (Snapshot.Outcome.MATCH, Snapshot.Outcome.REVIEW)
# After these a snapshot of the right face is enough, because nobody else was seen.
RESUMABLE = ("camera.no_face", "camera.no_answer", "camera.offline", "camera.lost")
INCIDENT_OF = {
    "liveness.not_the_person": Incident.Kind.NOT_THE_PERSON,
    "liveness.face_changed": Incident.Kind.FACE_CHANGED,
    "liveness.print_suspected": Incident.Kind.PRINT,
}


@transaction.atomic
def open_camera_session(
    user: Any,
    institution: Any,
    purpose: str,
    *,
    device: str = "",
    ip: str | None = None,
    user_agent: str = "",
    signed_in: Any = None,
    at: datetime,
) -> CameraSession:
    """A new supervised sitting; the person's others end, in all institutions. Raises `ProfileIncomplete`, `NotLive`.

    `signed_in` is the `SignedIn` of the browser: when that ends, the sitting ends.
    """
    require_live(institution.pk)
    missing = queries.missing_steps(user)
    if missing:
        raise ProfileIncomplete(missing)
    return new_session(
        user, institution, purpose, device=device, ip=ip, user_agent=user_agent, signed_in=signed_in, at=at
    )


def new_session(
    user: Any, institution: Any, purpose: str, *, device: str, user_agent: str, at: datetime, **more: Any
) -> CameraSession:
    """The row, after the caller has asked all that is to be asked: also of a sitting without a camera (`attesting`)."""
    with province_scope():
        others = CameraSession.objects.filter(user=user, closed_at=None)
        others.update(closed_at=at, verified_until=Least("verified_until", Value(at)))
    session = CameraSession.objects.create(
        user=user, institution=institution, purpose=CameraSession.Purpose(purpose), device=device[:64],
        user_agent=user_agent[:300], opened_at=at, **more,
    )  # fmt: skip
    record(
        "camera.opened", actor=user, subject=session, institution=institution, at=at, purpose=purpose,
        attested=session.attestation_id is not None,
    )  # fmt: skip
    return session


@transaction.atomic
def close_camera_session(session: CameraSession, *, by: Any, at: datetime) -> None:
    """End the sitting; what it verified ends with it. Idempotent."""
    session = _locked(session, even_closed=True)
    if session.closed_at:
        return
    session.closed_at = at
    session.verified_until = min(session.verified_until, at) if session.verified_until else None
    session.save(update_fields=["closed_at", "verified_until"])
    record("camera.closed", actor=by, subject=session, institution=session.institution, at=at)


def close_all_cameras(*, by: Any, at: datetime) -> int:
    """Close every open sitting of the scope in force: the institution is suspended or closed. How many."""
    open_ones = list(CameraSession.objects.filter(closed_at=None).select_related("institution"))
    for session in open_ones:
        close_camera_session(session, by=by, at=at)
    return len(open_ones)


@transaction.atomic
def begin_attempt(session: CameraSession, *, at: datetime, rng: random.Random | None = None) -> LivenessAttempt:
    """Draw a challenge for an open session. Raises `SessionClosed`, `TooManyAttempts`."""
    session = _locked(session)
    rules = rules_for(ProctoringRules, at=at)
    if queries.attempts_today(session.user, at) >= rules.attempts_per_day:
        raise TooManyAttempts
    actions = draw_challenge(rng or random.SystemRandom(), queries.last_actions(session.user), rules)
    return LivenessAttempt.objects.create(
        session=session, institution=session.institution, actions=actions, started_at=at
    )


@transaction.atomic
def record_liveness(attempt: LivenessAttempt, seen: Sighting, *, picture: bytes | None, at: datetime) -> CameraSession:
    """Write down how a challenge ended; a pass verifies for `verified_s`. A second answer changes nothing."""
    session = _locked(attempt.session)
    attempt = LivenessAttempt.objects.select_for_update().get(pk=attempt.pk)
    if attempt.outcome:
        return session
    rules = rules_for(ProctoringRules, at=at)
    attempt.ended_at, attempt.outcome, attempt.failed_action = at, seen.outcome, seen.action
    attempt.engine, attempt.distance = seen.engine, seen.distance
    keep(attempt, seen, picture)
    if seen.distance is not None:
        # By the thresholds of the day; `review` passes here and is a hint for the hours review.
        attempt.details |= {"verdict": verdict_of(seen.distance, seen.engine, rules)}
    attempt.save()
    note_signals(session, attempt, seen, rules, at=at)
    if seen.outcome == PASSED:
        _verify(session, rules, at=at, by_snapshot=False)
        note_too_perfect(session, seen, rules, at=at, attempt=attempt)
    elif seen.outcome in INCIDENT_OF:
        note(session, INCIDENT_OF[seen.outcome], at=at, attempt=attempt, distance=seen.distance)
    record(
        "liveness.ended", actor=session.user, subject=attempt, institution=session.institution, at=at,
        outcome=seen.outcome,
    )  # fmt: skip
    return session


@transaction.atomic
def record_snapshot(
    session: CameraSession, seen: Sighting, *, picture: bytes | None, requested_at: datetime, at: datetime
) -> Snapshot:
    """Keep a snapshot: a match renews the session, anything else but `review` ends its verification at `at`; so do many
    doubtful ones, and a picture in which nothing moves.

    A picture is kept whatever it shows: the review needs both kinds. Raises `SessionClosed`.
    """
    session = _locked(session)
    rules = rules_for(ProctoringRules, at=at)
    shot = Snapshot(
        session=session, institution=session.institution, requested_at=requested_at, taken_at=at,
        outcome=Snapshot.Outcome(seen.outcome), engine=seen.engine, distance=seen.distance,
    )  # fmt: skip
    keep(shot, seen, picture)
    shot.save()
    note_signals(session, shot, seen, rules, at=at)
    if session.look_by:
        session.look_by = None
        session.save(update_fields=["look_by"])
    if shot.outcome in HOLDS:
        code = needs_check(*queries.since_check(session, rules), rules)
        if code:
            _expire(session, code, at=at)
        else:
            _renew(session, rules, at=at)
        note_too_perfect(session, seen, rules, at=at, snapshot=shot)
    else:
        _expire(session, f"camera.{shot.outcome}", at=at)
        if shot.outcome == Snapshot.Outcome.MISMATCH:
            note(session, Incident.Kind.NOT_THE_PERSON, at=at, snapshot=shot, distance=seen.distance)
    return shot


@transaction.atomic
def note_offline(session: CameraSession, *, at: datetime) -> None:
    """The socket is gone: what was verified holds for `offline_s` more, so that a short cut costs nothing."""
    session = _locked(session, even_closed=True)
    rules = rules_for(ProctoringRules, at=at)
    if session.closed_at is None and session.verified_until and session.verified_until > at:
        session.verified_until = min(session.verified_until, at + timedelta(seconds=rules.offline_s))
        session.expired_at, session.expired_code = at, "camera.offline"
        session.save(update_fields=["verified_until", "expired_at", "expired_code"])


@transaction.atomic
def expire_session(session: CameraSession, code: str, *, at: datetime) -> CameraSession:
    """End a verification for a reason the socket found itself (the camera was unplugged, say)."""
    session = _locked(session)
    _expire(session, code, at=at)
    return session


@transaction.atomic
def record_abuse(session: CameraSession, *, at: datetime, **about: Any) -> None:
    """A socket was closed for misuse: evidence, and the verification ends."""
    session = _locked(session, even_closed=True)
    note(session, Incident.Kind.ABUSE, at=at, **about)
    _expire(session, "camera.abuse", at=at)


@transaction.atomic
def note_study_abuse(session: CameraSession, *, code: str, at: datetime) -> None:
    """The study connection under this camera session was misused: evidence, one row that counts; nothing expires."""
    session = _locked(session, even_closed=True)
    noted = Incident.objects.filter(session=session, kind=Incident.Kind.ABUSE, data__where="study").first()
    if noted is None:
        note(session, Incident.Kind.ABUSE, at=at, where="study", code=code, times=1)
        return
    noted.data = noted.data | {"code": code, "times": noted.data["times"] + 1}
    noted.save(update_fields=["data"])


@transaction.atomic
def tell_camera(session_uuid: Any, user: Any, told: CameraTold, *, at: datetime) -> None:
    """Keep what the page says of its camera, on the person's own open session. Raises `SessionClosed`."""
    session = queries.open_session(session_uuid, user)
    if session is None:
        raise SessionClosed
    note_camera(_locked(session), label=told.label, details=told.details, at=at)


@transaction.atomic
def ask_look(session: CameraSession, *, by_at: datetime) -> None:
    """A snapshot is due until `by_at`, whatever chance draws: study asks for one in each lesson. Tells the socket."""
    CameraSession.objects.filter(pk=session.pk, closed_at=None, attestation=None).update(look_by=by_at)
    transaction.on_commit(lambda: tell(session, {"type": "camera.look", "by": by_at.isoformat()}))


@transaction.atomic
def note_return(session: CameraSession, *, device: str, user_agent: str, at: datetime) -> CameraSession:
    """A socket has come: from another browser than the one that was checked, it needs a check of its own.

    `device` is the index of the browser's token, "" where it has none.
    """
    session = _locked(session)
    other = (session.device and device and device != session.device) or (
        session.user_agent and user_agent[:300] != session.user_agent
    )
    if other:
        _expire(session, "camera.new_device", at=at)
        session.device, session.user_agent = device[:64] or session.device, user_agent[:300]
        session.save(update_fields=["device", "user_agent"])
    return session


def tell(session: CameraSession, message: dict[str, Any]) -> None:
    """Say something to the session's socket. Without Redis nobody hears it; the row has it all the same."""
    try:
        async_to_sync(get_channel_layer().group_send)(f"camera.{session.uuid.hex}", message)
    except Exception:
        log.warning("camera.not_told", what=message["type"], exc_info=True)


def may_resume(session: CameraSession, rules: ProctoringRules, at: datetime) -> bool:
    """Whether a snapshot of the right face is enough to go on (else a new liveness check is due)."""
    return bool(
        session.verified_at
        and session.expired_at
        and session.expired_code in RESUMABLE
        and (at - session.expired_at).total_seconds() <= rules.resume_s
        and session.resumes < rules.resumes
    )


def _locked(session: CameraSession, *, even_closed: bool = False) -> CameraSession:
    locked = CameraSession.objects.select_for_update(of=("self",)).select_related("user", "institution")
    session = locked.get(pk=session.pk)
    if session.closed_at and not even_closed:
        raise SessionClosed
    return session


def _renew(session: CameraSession, rules: ProctoringRules, *, at: datetime) -> None:
    """Extend what still holds, or pick up again what paused a moment ago."""
    if (session.verified_until and session.verified_until >= at) or may_resume(session, rules, at):
        _verify(session, rules, at=at, by_snapshot=True)


def _verify(session: CameraSession, rules: ProctoringRules, *, at: datetime, by_snapshot: bool) -> None:
    """Verified from `at` on, or on without a break; time before in which nothing held is written down with its reason.

    `verified_at` moves with a break: a beat that began before it earns nothing of the break.
    """
    until = session.verified_until
    if until and until < at:
        Lapse.objects.create(
            session=session, institution=session.institution, code=session.expired_code or "camera.offline",
            began_at=until, ended_at=at, by_snapshot=by_snapshot,
        )  # fmt: skip
        session.resumes += 1
    if until is None or until < at:
        session.verified_at = at
    if not by_snapshot:
        session.resumes = 0
    session.verified_until = at + timedelta(seconds=rules.verified_s)
    session.expired_at, session.expired_code = None, ""
    session.save(update_fields=["verified_at", "verified_until", "expired_at", "expired_code", "resumes"])


def _expire(session: CameraSession, code: str, *, at: datetime) -> None:
    """Nothing counts from `at` on. Once it has stopped, the first reason stays until the session is verified again,
    unless the new one needs a face check and the first did not."""
    if session.verified_until is None:
        return
    stopped = bool(session.expired_code) and session.verified_until < at
    if stopped and (code in RESUMABLE or session.expired_code not in RESUMABLE):
        return
    session.verified_until = min(session.verified_until, at)
    session.expired_at, session.expired_code = session.expired_at if stopped else at, code
    session.save(update_fields=["verified_until", "expired_at", "expired_code"])
    record("camera.expired", actor=session.user, subject=session, institution=session.institution, at=at, code=code)
