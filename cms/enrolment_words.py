"""The states of an enrolment as glyph and word, for console and desk."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from learning.models import Admission, Enrolment, ExamState, HoursState, PostCertificateState

ADMISSION_TONES = {
    Admission.AWAITING_CONFIRMATION: "review",
    Admission.AWAITING_PAYMENT: "wait",
    Admission.ADMITTED: "done",
    Admission.WITHDRAWN: "off",
}
HOURS_TONES = {
    HoursState.STUDYING: "chg",
    HoursState.IN_REVIEW: "wait",
    HoursState.APPROVED: "done",
    HoursState.CLEARED: "fail",
}
EXAM_TONES = {ExamState.CLOSED: "off", ExamState.OPEN: "wait", ExamState.PASSED: "done"}


def dress(enrolment: Any, progress: Any) -> None:
    """The states as glyph and word."""
    enrolment.progress_shown = progress
    dress_admission(enrolment)
    enrolment.hours_tone = HOURS_TONES[HoursState(enrolment.hours_state)]
    enrolment.exam_tone = EXAM_TONES[ExamState(enrolment.exam_state)]
    enrolment.hours_word = _hours_word(HoursState(enrolment.hours_state))
    enrolment.exam_word = _exam_word(ExamState(enrolment.exam_state))
    enrolment.fees = enrolment.training_fee + enrolment.textbook_fee
    enrolment.is_admitted = enrolment.admission == Admission.ADMITTED


def dress_admission(enrolment: Any) -> Any:
    """The admission as glyph and word, and whether its post certificate is revoked; the enrolment itself."""
    enrolment.admission_tone = ADMISSION_TONES[Admission(enrolment.admission)]
    enrolment.is_withdrawn = enrolment.admission == Admission.WITHDRAWN
    enrolment.on_revoked = enrolment.post_certificate.state == PostCertificateState.REVOKED
    return enrolment


def _hours_word(state: HoursState) -> str:
    return {
        HoursState.STUDYING: _("Studying"),
        HoursState.IN_REVIEW: _("In review"),
        HoursState.APPROVED: _("Review passed"),
        HoursState.CLEARED: _("Cleared"),
    }[state]


def _exam_word(state: ExamState) -> str:
    return {
        ExamState.CLOSED: _("not open yet"),
        ExamState.OPEN: _("Exam open"),
        ExamState.PASSED: _("passed"),
    }[state]


def steps_of(enrolment: Enrolment) -> list[tuple[str, Any, str]]:
    """What has happened and when, oldest first, with a word more where there is one."""
    steps = [
        (pgettext("step", "Enrolled"), enrolment.created_at, enrolment.get_origin_display()),
        (_("Papers seen"), enrolment.seen_at, enrolment.seen_by.name if enrolment.seen_by else ""),
        (_("Payment noted"), enrolment.paid_at, enrolment.get_paid_way_display()),
        (_("Admitted"), enrolment.admitted_at, ""),
        (_("Hours complete"), enrolment.hours_completed_at, ""),
        (_("Hours approved"), enrolment.hours_approved_at, ""),
        (_("First attempt at the exam"), enrolment.first_attempt_at, ""),
        (_("Exam passed"), enrolment.exam_passed_at, ""),
        (_("Certificate issued"), enrolment.certified_at, ""),
        (_("Hours recorded"), enrolment.hours_recorded_at, ""),
        (pgettext("admission", "Withdrawn"), enrolment.withdrawn_at, enrolment.withdrawal_reason),
    ]
    return sorted((step for step in steps if step[1]), key=lambda step: step[1])
