"""How long pictures of study are kept: they prove hours, so they go some months after the review has decided."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from learning.models import StudySession
from learning.review.models import HoursReview, ReviewState
from proctoring.models import CameraSession, LivenessAttempt, Snapshot
from proctoring.services import erase_pictures
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


def due_evidence(*, at: datetime) -> list[int]:
    """Camera sessions whose pictures may be kept no longer (primary keys).

    Needed are those of study that waits for a review, or whose review was decided less than
    `retention.evidence_after_review_days` ago. Study after a clearing waits for the next review. A closed account has
    nothing left to prove, except what was decided. Sessions without study (an exam, a face check) count from their day.
    """
    since = at - timedelta(days=rules_for(RetentionRules, at=at).evidence_after_review_days)
    with province_scope():
        of_enrolment = HoursReview.objects.filter(enrolment=OuterRef("enrolment"))
        fresh = of_enrolment.filter(Q(state=ReviewState.PENDING) | Q(decided_at__gt=since))
        judged = of_enrolment.filter(decided_at__lte=since, decided_at__gte=OuterRef("started_at"))
        study = StudySession.objects.filter(camera_session=OuterRef("pk"))
        needed = study.filter(Exists(fresh) | (~Exists(judged) & Q(user__closed_at=None)))
        pictures = [
            model.objects.filter(session=OuterRef("pk")).exclude(frame="") for model in (Snapshot, LivenessAttempt)
        ]
        due = CameraSession.objects.filter(Exists(pictures[0]) | Exists(pictures[1]), ~Exists(needed)).filter(
            Exists(study) | Q(opened_at__lte=since) | Q(user__closed_at__isnull=False)
        )
        return list(due.values_list("pk", flat=True))


def erase_evidence(*, at: datetime) -> int:
    """Delete them; returns how many pictures went."""
    return erase_pictures(due_evidence(at=at), why="retention", by=None, at=at)
