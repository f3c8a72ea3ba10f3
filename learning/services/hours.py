"""What becomes of the hours: complete, approved; and what higher floors write down here. Cleared: `clearing.py`.

The `note_*` services are called inside the transaction of the act they note; that act writes the audit row.
"""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from learning.models import Admission, Enrolment, ExamState, HoursState
from learning.queries import finished_enrolments, unfinished_lessons
from learning.services.locks import locked
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.messages.services import NoPhone, queue_sms

STILL_STUDYING = (HoursState.STUDYING, HoursState.CLEARED)


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
