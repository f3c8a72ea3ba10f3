"""A person's look at attempts that the camera leaves in doubt. Only a person voids one."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from exams.errors import AlreadyLookedAt, NoReason, NotIndependent
from exams.locks import held
from exams.models import Attempt, Supervision, Watch
from learning import services as learning
from learning.models import Admission, ExamState
from learning.review.services import is_independent
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.scopes import province_scope


def waiting_looks() -> QuerySet[Attempt]:
    """Passed attempts that wait, the longest waiting first; not those whose exam was passed by another one since, nor
    those whose enrolment is withdrawn."""
    return (
        Attempt.objects.filter(supervision=Supervision.LOOK, passed=True)
        .exclude(enrolment__exam_state=ExamState.PASSED)
        .exclude(enrolment__admission=Admission.WITHDRAWN)
        .select_related("institution", "user", "enrolment__position")
        .order_by("graded_at")
    )


def sittings_in_doubt() -> list[int]:
    """Camera sessions (primary keys) whose evidence a person has still to look at, in the whole province."""
    with province_scope():
        waiting = Watch.objects.filter(attempt__in=waiting_looks().values("pk"))
        return list(waiting.values_list("camera_session", flat=True))


def looked_at() -> QuerySet[Attempt]:
    """Every attempt that a person was or is asked about, with what its page shows."""
    asked = [Supervision.LOOK, Supervision.ACCEPTED, Supervision.VOIDED]
    return Attempt.objects.filter(supervision__in=asked).select_related(
        "institution", "user", "enrolment__position", "looked_by"
    )


def decided_looks() -> QuerySet[Attempt]:
    """Latest decision first."""
    return looked_at().exclude(supervision=Supervision.LOOK).order_by("-looked_at")


@transaction.atomic
def accept_attempt(attempt: Attempt, *, by: User, at: datetime) -> Attempt:
    """The evidence speaks for the person: the pass counts from when the paper was handed in.

    Raises AlreadyLookedAt, NotIndependent.
    """
    attempt = _to_look_at(attempt, by)
    _looked(attempt, Supervision.ACCEPTED, by=by, at=at)
    learning.note_exam_passed(attempt.enrolment, at=attempt.submitted_at or at)
    record("exam.accepted", actor=by, subject=attempt, institution=attempt.institution, at=at, number=attempt.number)
    return attempt


@transaction.atomic
def void_attempt(attempt: Attempt, *, reason: str, by: User, at: datetime) -> Attempt:
    """The evidence speaks against it: this attempt counts no longer, the person may take the exam again.

    The trainee reads `reason`. Raises AlreadyLookedAt, NotIndependent, NoReason.
    """
    if not reason.strip():
        raise NoReason
    attempt = _to_look_at(attempt, by)
    attempt.passed, attempt.look_note = False, reason.strip()
    _looked(attempt, Supervision.VOIDED, by=by, at=at)
    record("exam.voided", actor=by, subject=attempt, institution=attempt.institution, at=at, number=attempt.number)
    return attempt


def _to_look_at(attempt: Attempt, by: User) -> Attempt:
    attempt = held(attempt.pk)
    if attempt.user_id == by.pk or not is_independent(by, attempt.institution):
        raise NotIndependent
    withdrawn = attempt.enrolment.admission == Admission.WITHDRAWN
    if attempt.supervision != Supervision.LOOK or not attempt.passed or withdrawn:
        raise AlreadyLookedAt
    return attempt


def _looked(attempt: Attempt, word: Supervision, *, by: User, at: datetime) -> None:
    attempt.supervision, attempt.looked_by, attempt.looked_at = word, by, at
    attempt.save(update_fields=["passed", "supervision", "looked_by", "looked_at", "look_note"])
