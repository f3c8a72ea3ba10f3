"""Open, resume and end a sitting; credit one beat."""

from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils.timezone import get_default_timezone, localdate

from learning.beats_sql import BEAT_SQL, RESUME_SQL, Beat, Credited, parameters
from learning.broken_lines import note_broken
from learning.demo_database import require_demo_database
from learning.errors import CameraNotVerified, CannotStudy
from learning.models import (
    Admission,
    CreditSpan,
    EndReason,
    Enrolment,
    Lesson,
    LessonProgress,
    MediaState,
    StudySession,
)
from learning.pauses import LEAST_GAP_S
from learning.queries import unfinished_lessons
from learning.rules import StudyRules, is_open_at
from learning.services.hours import complete_hours_if_done
from learning.services.locks import lock_person
from learning.services.presence import first_question
from proctoring.models import CameraSession
from proctoring.rules import ProctoringRules, seconds_to_look
from proctoring.supervision import ask_look
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope
from tenants.states import require_live


def open_study_session(enrolment: Enrolment, camera_session: CameraSession, *, by: User, at: datetime) -> StudySession:
    """Begin a sitting at the next lesson, under a camera session that is verified at `at`.

    The newest sitting of a person wins in the whole province; an older one ends as `taken_over`, or as `left` when
    it is of the same page. Raises `CannotStudy`, `CameraNotVerified` and `NotLive`.
    """
    _require_may_study(enrolment, by)
    rules = rules_for(StudyRules, at=at)
    if not is_open_at(at, rules.opens_minute, rules.closes_minute, get_default_timezone()):
        raise CannotStudy("hours")
    _require_verified(enrolment, camera_session, at)
    with transaction.atomic():
        require_live(enrolment.institution_id)
        lock_person(by)
        enrolment.refresh_from_db(fields=["admission"])  # who withdraws takes the same lock, and may have been first
        _require_may_study(enrolment, by)
        lesson = _next_lesson(enrolment)
        _end_older(by, camera_session, at)
        progress = _progress(enrolment, lesson)
        moment = at.replace(microsecond=at.microsecond // 1000 * 1000)
        session = StudySession.objects.create(
            enrolment=enrolment,
            user=by,
            institution=enrolment.institution,
            camera_session=camera_session,
            lesson=lesson,
            progress=progress,
            started_at=moment,
            last_beat_at=moment,
            cap_ms=rules.beat_cap_s * 1000,
            day_cap_ms=rules.daily_cap_hours * 3_600_000,
            day=localdate(at),
            day_credited_ms=_credited_on_day(by, at),
            opens_minute=rules.opens_minute,
            closes_minute=rules.closes_minute,
            answer_ms=rules.question_answer_s * 1000,
            **first_question(enrolment, lesson, rules, moment),
        )
        _ask_look(session, camera_session, at)
        record("study.opened", actor=by, subject=session, institution=enrolment.institution, at=at, lesson=lesson.code)
    return session


def _ask_look(session: StudySession, camera: CameraSession, at: datetime) -> None:
    """The camera looks at least once within what the lesson has left; nobody can tell when."""
    left_s = (session.progress.duration_ms - session.progress.credited_ms) / 1000
    if rules_for(ProctoringRules, at=at).one_a_lesson and camera.attestation_id is None:
        ask_look(camera, by_at=at + timedelta(seconds=seconds_to_look(left_s, SystemRandom().random())))


def _require_may_study(enrolment: Enrolment, by: User) -> None:
    if enrolment.user_id != by.pk:
        raise CannotStudy("not_yours", status=404)
    if enrolment.admission != Admission.ADMITTED:
        raise CannotStudy("not_admitted")


def _require_verified(enrolment: Enrolment, camera: CameraSession, at: datetime) -> None:
    mine = camera.user_id == enrolment.user_id and camera.institution_id == enrolment.institution_id
    until = camera.verified_until
    if not mine or camera.purpose != CameraSession.Purpose.STUDY or camera.closed_at or until is None or until <= at:
        raise CameraNotVerified()


def _next_lesson(enrolment: Enrolment) -> Lesson:
    item = unfinished_lessons(enrolment).select_related("lesson__media").first()
    if item is None:
        raise CannotStudy("all_complete")
    if item.lesson.media is None or item.lesson.media.state != MediaState.READY:
        raise CannotStudy("no_media")
    return item.lesson


def _progress(enrolment: Enrolment, lesson: Lesson) -> LessonProgress:
    """The progress of a lesson that is begun or gone on with. What nothing was credited for takes the newest medium."""
    medium = lesson.video
    progress, created = LessonProgress.objects.select_for_update(no_key=True, of=("self",)).get_or_create(
        enrolment=enrolment,
        lesson=lesson,
        defaults={"institution": enrolment.institution, "media": medium, "duration_ms": medium.duration_ms},
    )
    if not created and not progress.credited_ms and progress.media_id != medium.pk:
        progress.media, progress.duration_ms = medium, medium.duration_ms
        progress.save(update_fields=["media", "duration_ms"])
    return progress


def _end_older(user: User, camera: CameraSession, at: datetime) -> None:
    with province_scope():
        older = StudySession.objects.select_for_update(no_key=True).filter(user=user, ended_at__isnull=True)
        for session in older:
            same_page = session.camera_session_id == camera.pk
            _end(session, EndReason.LEFT if same_page else EndReason.TAKEN_OVER, at)


def _end(session: StudySession, reason: EndReason, at: datetime) -> None:
    session.ended_at, session.end_reason, session.playing = at, reason, False
    session.save(update_fields=["ended_at", "end_reason", "playing"])


def _credited_on_day(user: User, at: datetime) -> int:
    """Milliseconds credited to the person since midnight, at all institutions, cleared ones included."""
    with province_scope():
        spans = CreditSpan.objects.filter(Q(started_at__date=localdate(at)), enrolment__user=user)
        return spans.aggregate(ms=Sum("credited_ms"))["ms"] or 0


@transaction.atomic
def end_study_session(
    session: StudySession, *, by: User | None, at: datetime, reason: EndReason = EndReason.LEFT
) -> None:
    """End a sitting; ending it twice changes nothing."""
    found = StudySession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if found.ended_at is None:
        _end(found, reason, at)
        record("study.ended", actor=by, subject=found, institution=session.institution, at=at, reason=reason.value)


def end_all_study(*, by: User | None, at: datetime) -> int:
    """End every live sitting of the scope in force, because the institution is suspended or closed; how many."""
    live = list(StudySession.objects.filter(ended_at__isnull=True).select_related("institution"))
    for session in live:
        end_study_session(session, by=by, at=at, reason=EndReason.SUSPENDED)
    return len(live)


def end_idle_sessions(*, at: datetime) -> int:
    """End the sittings from which nothing was heard for `idle_s`; how many."""
    since = at - timedelta(seconds=rules_for(StudyRules, at=at).idle_s)
    silent = list(
        StudySession.objects.filter(ended_at__isnull=True, last_beat_at__lt=since).select_related("institution")
    )
    for session in silent:
        end_study_session(session, by=None, at=at, reason=EndReason.IDLE)
    return len(silent)


def resume(session: StudySession, *, at: datetime | None = None) -> tuple[int, UUID]:
    """Seq and nonce of the next beat for a socket that comes (back). Raises `CannotStudy` when it is over.

    A line that was broken for long is written down: it explains time that does not count (ADR 0172). `at` is for a
    replay; else PostgreSQL's clock counts.
    """
    with transaction.atomic():
        row = _resume(session, at)
        if row is not None:
            seq, nonce, heard_at, back_at = row
            if (back_at - heard_at).total_seconds() >= LEAST_GAP_S:
                note_broken(session, heard_at, back_at)
            return seq, nonce
    session.refresh_from_db(fields=["end_reason"])
    raise CannotStudy(session.end_reason or "left")


def _resume(session: StudySession, at: datetime | None) -> tuple[int, UUID, datetime, datetime] | None:
    with connection.cursor() as cursor:
        cursor.execute(RESUME_SQL, {"id": session.pk, "at": at})
        return cursor.fetchone()


def beat(one: Beat) -> Credited:
    """Credit one beat by PostgreSQL's clock: the HTTP way. The websocket way is `learning.beats`, with the same SQL."""
    return _credit(one, None)


def credit_at(one: Beat, at: datetime) -> Credited:
    """Credit one beat as if it had come at `at`. Only in a database marked as demo (`learning.demo_database`).

    Completes the hours as the socket would do.
    """
    require_demo_database()
    credited = _credit(one, at)
    if credited.complete:
        complete_hours_if_done(Enrolment.objects.get(study_sessions=one.session_id), at=at)
    return credited


def _credit(one: Beat, at: datetime | None) -> Credited:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BEAT_SQL, parameters([one], settings.TIME_ZONE, at))
        return Credited(*cursor.fetchone())
