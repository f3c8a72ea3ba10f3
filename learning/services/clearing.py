"""Hours are set to zero, of all lessons, of some, or of stretches of time; and given back.

Spans stay and are marked. Sittings are locked before progress, as a beat does it (no deadlock); the person's lock keeps
a new sitting from beginning in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum

from learning.errors import CannotClear
from learning.models import (
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
from learning.rules import ms_between
from learning.services.locks import lock_person, locked
from learning.stretches import Stretch, merged, pieces
from tenants.accounts.models import User
from tenants.audit.services import record

COMPLETE = (HoursState.IN_REVIEW, HoursState.APPROVED)


@dataclass(frozen=True)
class Chosen:
    """What a clearing takes: everything, lessons, or stretches of time."""

    scope: str
    lessons: tuple[Lesson, ...] = ()
    times: tuple[Stretch, ...] = ()


@transaction.atomic
def clear_credit(
    enrolment: Enrolment,
    *,
    reason: str,
    by: User,
    at: datetime,
    lessons: Iterable[Lesson] | None = None,
    times: Iterable[Stretch] | None = None,
) -> Clearing:
    """Take the credit of all lessons, of `lessons`, or of the stretches `times`; a passed exam stays passed.

    A span that a stretch covers in part is split at the border, to the millisecond. What is left of a lesson is where
    it goes on. Raises `CannotClear`: `hours.bad_times` (400), or that nothing would be cleared.
    """
    chosen = _chosen(lessons, times)
    found = locked(enrolment)
    _hold(found, at)
    clearing = Clearing.objects.create(
        institution=found.institution,
        enrolment=found,
        scope=chosen.scope,
        reason=reason,
        at=at,
        by=by,
        hours_state_before=found.hours_state,
        hours_completed_before=found.hours_completed_at,
        hours_approved_before=found.hours_approved_at,
    )
    clearing.lessons.set(chosen.lessons)
    cleared_ms = _void(found, chosen, clearing)
    if not cleared_ms:
        raise CannotClear()
    _take_back_completion(found)
    record(
        "hours.cleared",
        actor=by,
        subject=found,
        institution=found.institution,
        at=at,
        scope=chosen.scope,
        cleared_ms=cleared_ms,
    )
    return clearing


def _chosen(lessons: Iterable[Lesson] | None, times: Iterable[Stretch] | None) -> Chosen:
    if lessons is not None and times is not None:
        raise ValueError("either lessons or times")
    if times is None:
        return Chosen("all") if lessons is None else Chosen("lessons", lessons=tuple(lessons))
    try:
        return Chosen("times", times=tuple(merged(times)))
    except (ValueError, TypeError) as error:
        raise CannotClear(CannotClear.bad_times, code="hours.bad_times", status=400) from error


def _hold(enrolment: Enrolment, at: datetime) -> None:
    """Nothing is credited to the enrolment until the end of the transaction; its live sitting ends."""
    lock_person(enrolment.user)
    live = StudySession.objects.select_for_update(no_key=True).filter(enrolment=enrolment, ended_at__isnull=True)
    for session in live.order_by("pk"):
        session.ended_at, session.end_reason = at, EndReason.CLEARED
        session.save(update_fields=["ended_at", "end_reason"])
    list(LessonProgress.objects.select_for_update(no_key=True).filter(enrolment=enrolment).order_by("pk"))


def _void(enrolment: Enrolment, chosen: Chosen, clearing: Clearing) -> int:
    """Mark the spans; how many milliseconds they hold."""
    spans = CreditSpan.objects.filter(enrolment=enrolment, voided_by__isnull=True)
    if chosen.scope == "lessons":
        spans = spans.filter(lesson__in=chosen.lessons)
    elif chosen.scope == "times":
        spans = spans.filter(pk__in=_cut_out(spans, chosen.times))
    spans.update(voided_by=clearing)
    cleared = CreditSpan.objects.filter(voided_by=clearing)
    _recount(enrolment, set(cleared.order_by().values_list("lesson", flat=True)))
    return cleared.aggregate(ms=Sum("credited_ms"))["ms"] or 0


def _cut_out(spans: Iterable[CreditSpan], times: tuple[Stretch, ...]) -> list[int]:
    """Split spans at the borders of `times`; the ids of what lies inside."""
    inside: list[int] = []
    for span in spans:
        cut = pieces((span.started_at, span.ended_at), times)
        if any(is_inside for _start, _end, is_inside in cut):
            inside += [part.pk for part, (_, _, is_inside) in zip(_split(span, cut), cut, strict=True) if is_inside]
    return inside


def _split(span: CreditSpan, cut: list[tuple[datetime, datetime, bool]]) -> list[CreditSpan]:
    """One span becomes several of the same sum; the first keeps the row."""
    parts = [span] + [
        CreditSpan(
            session_id=span.session_id,
            enrolment_id=span.enrolment_id,
            lesson_id=span.lesson_id,
            institution_id=span.institution_id,
        )
        for _piece in cut[1:]
    ]
    if len(parts) > 1:
        for part, (start, end, _is_inside) in zip(parts, cut, strict=True):
            part.started_at, part.ended_at, part.credited_ms = start, end, ms_between(start, end)
            part.save()
    return parts


def _recount(enrolment: Enrolment, lessons: set[int]) -> None:
    """Progress of these lessons is what their live spans hold. Who is short of the end is no longer complete."""
    for progress in LessonProgress.objects.filter(enrolment=enrolment, lesson__in=lessons):
        progress.credited_ms = _live_ms(progress)
        if progress.credited_ms < progress.duration_ms:
            progress.completed_at = None
        progress.save(update_fields=["credited_ms", "completed_at"])


def _live_ms(progress: LessonProgress) -> int:
    live = CreditSpan.objects.filter(enrolment=progress.enrolment_id, lesson=progress.lesson_id, voided_by__isnull=True)
    return live.aggregate(ms=Sum("credited_ms"))["ms"] or 0


def _take_back_completion(found: Enrolment) -> None:
    found.hours_state = HoursState.CLEARED
    found.hours_completed_at = found.hours_approved_at = None
    found.clearings_count += 1
    if found.exam_state == ExamState.OPEN:
        found.exam_state = ExamState.CLOSED
    _save(found)


def _save(found: Enrolment) -> None:
    found.save(
        update_fields=["hours_state", "hours_completed_at", "hours_approved_at", "clearings_count", "exam_state"]
    )


@transaction.atomic
def undo_clearing(clearing: Clearing, *, by: User, at: datetime) -> Enrolment:
    """Give the hours back; the enrolment stands as before. Spans that were split stay in pieces.

    Raises `CannotClear` once new hours were earned since, or the lesson was begun again with another video.
    """
    found = locked(clearing.enrolment)
    earned_since = found.spans.filter(started_at__gte=clearing.at, voided_by__isnull=True).exists()
    later = found.clearings.filter(pk__gt=clearing.pk, undone_at__isnull=True).exists()
    if clearing.undone_at or earned_since or later or found.hours_state != HoursState.CLEARED:
        raise CannotClear()
    _hold(found, at)
    _give_back(found, clearing)
    clearing.undone_at = at
    clearing.save(update_fields=["undone_at"])
    found.hours_state = clearing.hours_state_before
    found.hours_completed_at = clearing.hours_completed_before
    found.hours_approved_at = clearing.hours_approved_before
    found.clearings_count -= 1
    if found.exam_state == ExamState.CLOSED and found.hours_completed_at:
        found.exam_state = ExamState.OPEN
    _save(found)
    record("hours.clearing_undone", actor=by, subject=found, institution=found.institution, at=at)
    return found


def _give_back(found: Enrolment, clearing: Clearing) -> None:
    lessons = set(clearing.spans.order_by().values_list("lesson", flat=True))
    clearing.spans.update(voided_by=None)
    for progress in LessonProgress.objects.filter(enrolment=found, lesson__in=lessons):
        progress.credited_ms = _live_ms(progress)
        if progress.credited_ms > progress.duration_ms:
            raise CannotClear(CannotClear.other_video, code="hours.other_video")
        if progress.credited_ms == progress.duration_ms:
            progress.completed_at = _completed_at(progress)
        progress.save(update_fields=["credited_ms", "completed_at"])
    short = Q(completed_at=None) | Q(credited_ms__lt=F("duration_ms"))
    if clearing.hours_state_before in COMPLETE and LessonProgress.objects.filter(short, enrolment=found).exists():
        raise CannotClear(CannotClear.other_video, code="hours.other_video")


def _completed_at(progress: LessonProgress) -> datetime | None:
    """When the beat came that completed the lesson: it ended its sitting at the same moment."""
    sittings = StudySession.objects.filter(progress=progress, end_reason=EndReason.COMPLETE)
    last = sittings.order_by("pk").last()
    return last.ended_at if last else None
