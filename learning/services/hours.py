"""What becomes of the hours: complete, approved, cleared; and what higher floors write down here.

The `note_*` services are called inside the transaction of the act they note; that act writes the audit row.
Enrolments are locked without their key, so that a beat that inserts a span never waits for them.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from learning.errors import CannotClear
from learning.models import (
    Admission,
    Clearing,
    CreditSpan,
    EndReason,
    Enrolment,
    ExamState,
    HoursState,
    Lesson,
    LessonProgress,
    StudySession,
)
from learning.queries import finished_enrolments, unfinished_lessons
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.messages.services import NoPhone, queue_sms

STILL_STUDYING = (HoursState.STUDYING, HoursState.CLEARED)


def locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it is now, locked until the end of the transaction."""
    return (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution", "user", "position")
        .get(pk=enrolment.pk)
    )


@transaction.atomic
def complete_hours_if_done(enrolment: Enrolment, *, at: datetime) -> bool:
    """When every lesson of the plan is complete: hours go into review, the exam opens, the manual's SMS is queued.

    Derived, never requested: it may be called at any time and any number of times. True when it changed something.
    """
    found = locked(enrolment)
    done = found.admission == Admission.ADMITTED and found.hours_state in STILL_STUDYING
    if not done or unfinished_lessons(found).exists():
        return False
    found.hours_state = HoursState.IN_REVIEW
    found.hours_completed_at = at
    if found.exam_state == ExamState.CLOSED:
        found.exam_state = ExamState.OPEN
    found.save(update_fields=["hours_state", "hours_completed_at", "exam_state"])
    record("hours.completed", actor=found.user, subject=found, institution=found.institution, at=at)
    with suppress(NoPhone):  # completion does not wait for a phone number
        queue_sms(
            user=found.user,
            template="hours_complete",
            institution=found.institution,
            at=at,
            key=f"hours-complete:{found.uuid}:{found.clearings_count}",
        )
    return True


def complete_finished_enrolments(*, at: datetime) -> int:
    """The sweep behind `complete_hours_if_done`, for the beat after whose commit a process died. How many changed."""
    return sum(complete_hours_if_done(enrolment, at=at) for enrolment in finished_enrolments())


@transaction.atomic
def clear_credit(
    enrolment: Enrolment, *, reason: str, by: User, at: datetime, lessons: Iterable[Lesson] | None = None
) -> Clearing:
    """Set the hours of all lessons, or of `lessons`, to zero. Spans stay and are marked; a passed exam stays passed."""
    found = locked(enrolment)
    chosen = None if lessons is None else list(lessons)
    _end_sessions(found, at)
    clearing = Clearing.objects.create(
        institution=found.institution,
        enrolment=found,
        scope="all" if chosen is None else "lessons",
        reason=reason,
        at=at,
        by=by,
        hours_state_before=found.hours_state,
        hours_completed_before=found.hours_completed_at,
        hours_approved_before=found.hours_approved_at,
    )
    clearing.lessons.set(chosen or [])
    progress = LessonProgress.objects.filter(enrolment=found)
    spans = CreditSpan.objects.filter(enrolment=found, voided_by__isnull=True)
    if chosen is not None:
        progress, spans = progress.filter(lesson__in=chosen), spans.filter(lesson__in=chosen)
    if not spans.update(voided_by=clearing):
        raise CannotClear()
    progress.update(credited_ms=0, completed_at=None)
    found.hours_state = HoursState.CLEARED
    found.hours_completed_at = found.hours_approved_at = None
    found.clearings_count += 1
    if found.exam_state == ExamState.OPEN:
        found.exam_state = ExamState.CLOSED
    found.save(
        update_fields=["hours_state", "hours_completed_at", "hours_approved_at", "clearings_count", "exam_state"]
    )
    record("hours.cleared", actor=by, subject=found, institution=found.institution, at=at, scope=clearing.scope)
    return clearing


@transaction.atomic
def undo_clearing(clearing: Clearing, *, by: User, at: datetime) -> Enrolment:
    """Give the hours back; the enrolment stands as before. Raises `CannotClear` once new hours were earned since."""
    found = locked(clearing.enrolment)
    earned_since = found.spans.filter(started_at__gte=clearing.at, voided_by__isnull=True).exists()
    later = found.clearings.filter(pk__gt=clearing.pk, undone_at__isnull=True).exists()
    if clearing.undone_at or earned_since or later or found.hours_state != HoursState.CLEARED:
        raise CannotClear()
    _end_sessions(found, at)
    CreditSpan.objects.filter(voided_by=clearing).update(voided_by=None)
    for progress in LessonProgress.objects.filter(enrolment=found):
        spans = found.spans.filter(lesson=progress.lesson_id, voided_by__isnull=True)
        progress.credited_ms = spans.aggregate(ms=Sum("credited_ms"))["ms"] or 0
        last = spans.order_by("ended_at").last()
        progress.completed_at = last.ended_at if last and progress.credited_ms >= progress.duration_ms else None
        progress.save(update_fields=["credited_ms", "completed_at"])
    clearing.undone_at = at
    clearing.save(update_fields=["undone_at"])
    found.hours_state = clearing.hours_state_before
    found.hours_completed_at = clearing.hours_completed_before
    found.hours_approved_at = clearing.hours_approved_before
    found.clearings_count -= 1
    if found.exam_state == ExamState.CLOSED and found.hours_completed_at:
        found.exam_state = ExamState.OPEN
    found.save(
        update_fields=["hours_state", "hours_completed_at", "hours_approved_at", "clearings_count", "exam_state"]
    )
    record("hours.clearing_undone", actor=by, subject=found, institution=found.institution, at=at)
    return found


def _end_sessions(enrolment: Enrolment, at: datetime) -> None:
    live = StudySession.objects.select_for_update(no_key=True).filter(enrolment=enrolment, ended_at__isnull=True)
    for session in live.order_by("pk"):
        session.ended_at, session.end_reason = at, EndReason.CLEARED
        session.save(update_fields=["ended_at", "end_reason"])


@transaction.atomic
def note_hours_approved(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """The hours review passed."""
    found = locked(enrolment)
    if found.hours_state == HoursState.IN_REVIEW:
        found.hours_state, found.hours_approved_at = HoursState.APPROVED, at
        found.save(update_fields=["hours_state", "hours_approved_at"])
    return found


@transaction.atomic
def note_hours_approval_undone(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """The reviewer took the approval back within its grace time."""
    found = locked(enrolment)
    if found.hours_state == HoursState.APPROVED:
        found.hours_state, found.hours_approved_at = HoursState.IN_REVIEW, None
        found.save(update_fields=["hours_state", "hours_approved_at"])
    return found


def note_first_attempt(enrolment: Enrolment, at: datetime) -> None:
    """The first attempt at the exam began."""
    _note(enrolment, first_attempt_at=at)


def note_exam_passed(enrolment: Enrolment, at: datetime) -> None:
    """The exam is passed, and stays passed whatever becomes of the hours."""
    _note(enrolment, exam_passed_at=at)
    Enrolment.objects.filter(pk=enrolment.pk).update(exam_state=ExamState.PASSED)


def note_certified(enrolment: Enrolment, at: datetime) -> None:
    """The hours certificate was issued."""
    _note(enrolment, certified_at=at)


def note_recorded(enrolment: Enrolment, at: datetime) -> None:
    """The register accepted the uploaded hours: 已计入."""
    _note(enrolment, hours_recorded_at=at)


def _note(enrolment: Enrolment, **moment: datetime) -> None:
    """Write a moment down once; the first one stays."""
    (field, at), *_ = moment.items()
    Enrolment.objects.filter(pk=enrolment.pk, **{f"{field}__isnull": True}).update(**{field: at})
