"""How long pictures and traces of study are kept: they prove hours, so they go some months after the review decided."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from learning.models import PresenceCheck, StudySession, StudyTrace
from learning.review.models import HoursReview, ReviewState
from proctoring.models import CameraSession, LivenessAttempt, Snapshot
from proctoring.services import erase_pictures
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


def due_evidence(*, at: datetime, needed: Collection[int] = ()) -> list[int]:
    """Camera sessions whose pictures may go (primary keys), but for those that a floor above still needs."""
    with province_scope():
        pictures = [
            model.objects.filter(session=OuterRef("pk")).exclude(frame="") for model in (Snapshot, LivenessAttempt)
        ]
        over = _over(at).exclude(pk__in=needed)
        return list(over.filter(Exists(pictures[0]) | Exists(pictures[1])).values_list("pk", flat=True))


def due_traces(*, at: datetime) -> list[int]:
    """Camera sessions whose study left a trace, an answer or the index of a device that may be kept no longer."""
    with province_scope():
        kept = [model.objects.filter(session__camera_session=OuterRef("pk")) for model in (StudyTrace, PresenceCheck)]
        left = Exists(kept[0]) | Exists(kept[1]) | ~Q(device="")
        return list(_over(at).filter(left).values_list("pk", flat=True))


def _over(at: datetime) -> Any:
    """Camera sessions that prove nothing any more; within the province's scope.

    Needed are those of study that waits for a review, or whose review was decided less than
    `retention.evidence_after_review_days` ago. Study after a clearing waits for the next review. A closed account has
    nothing left to prove, except what was decided. Sessions without study (an exam, a face check) count from their day.
    """
    since = at - timedelta(days=rules_for(RetentionRules, at=at).evidence_after_review_days)
    of_enrolment = HoursReview.objects.filter(enrolment=OuterRef("enrolment"))
    fresh = of_enrolment.filter(Q(state=ReviewState.PENDING) | Q(decided_at__gt=since))
    judged = of_enrolment.filter(decided_at__lte=since, decided_at__gte=OuterRef("started_at"))
    study = StudySession.objects.filter(camera_session=OuterRef("pk"))
    needed = study.filter(Exists(fresh) | (~Exists(judged) & Q(user__closed_at=None)))
    return CameraSession.objects.filter(
        ~Exists(needed), Exists(study) | Q(opened_at__lte=since) | Q(user__closed_at__isnull=False)
    )


def erase_evidence(*, at: datetime, needed: Collection[int] = ()) -> int:
    """Delete them; returns how many pictures went."""
    erase_traces(at=at)
    return erase_pictures(due_evidence(at=at, needed=needed), why="retention", by=None, at=at)


@transaction.atomic
def erase_traces(*, at: datetime) -> int:
    """Delete traces of study and answers to questions, and forget the devices; returns of how many camera sessions.

    Credit stays: how much of it was within a question's time is in the spans.
    """
    due = due_traces(at=at)
    if not due:
        return 0
    with province_scope():
        traces, _by_model = StudyTrace.objects.filter(session__camera_session__in=due).delete()
        answers, _by_model = PresenceCheck.objects.filter(session__camera_session__in=due).delete()
        CameraSession.objects.filter(pk__in=due).update(device="")
    record("study_traces.erased", actor=None, at=at, traces=traces, answers=answers, camera_sessions=len(due))
    return len(due)
