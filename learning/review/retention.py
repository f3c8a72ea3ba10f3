"""How long pictures and traces of study are kept: they prove hours, so they go some months after the review decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from learning.models import PresenceCheck, StudySession, StudyTrace
from learning.review.models import HoursReview, ReviewState
from proctoring.erasure import PICTURES, count_pictures, erase_kind, erase_measures, with_measures
from proctoring.models import CameraSession
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

# Kind of evidence → the rule that says how long after the review it is kept.
RULES = {"snapshot": "evidence_after_review_days", "check": "check_pictures_days"}


@dataclass(frozen=True)
class DueEvidence:
    """What may be kept no longer: figures of a dry run."""

    snapshots: int
    checks: int
    measures: int  # camera sessions with curves, names or traces


def count_evidence(*, at: datetime, needed: Collection[int] = ()) -> DueEvidence:
    """How much of each kind `erase_evidence` would delete; nothing is changed."""
    counts = {kind: count_pictures(due_evidence(kind, at=at, needed=needed), kind) for kind in RULES}
    return DueEvidence(counts["snapshot"], counts["check"], len(due_traces(at=at, needed=needed)))


def due_evidence(kind: str, *, at: datetime, needed: Collection[int] = ()) -> list[int]:
    """Camera sessions whose pictures of a kind may go (primary keys), but for those that a floor above still needs."""
    with province_scope():
        pictures = PICTURES[kind].objects.filter(session=OuterRef("pk")).exclude(frame="")
        return list(_over(at, RULES[kind], needed).filter(Exists(pictures)).values_list("pk", flat=True))


def due_traces(*, at: datetime, needed: Collection[int] = ()) -> list[int]:
    """Camera sessions with measures, traces of study, answers or the index of a device over their time."""
    with province_scope():
        kept = [model.objects.filter(session__camera_session=OuterRef("pk")) for model in (StudyTrace, PresenceCheck)]
        left = Exists(kept[0]) | Exists(kept[1]) | ~Q(device="") | with_measures()
        return list(_over(at, "camera_measures_days", needed).filter(left).values_list("pk", flat=True))


def _days(rule: str, at: datetime) -> int:
    return int(getattr(rules_for(RetentionRules, at=at), rule))


def _over(at: datetime, rule: str, needed: Collection[int]) -> Any:
    """Camera sessions that prove nothing any more; within the province's scope.

    Needed are those of study that waits for a review, or whose review was decided less than the days of `rule` (of
    section `retention`) ago. Study after a clearing waits for the next review. A closed account has nothing left to
    prove, except what was decided. Sessions without study (an exam, a face check) count from their day.
    """
    since = at - timedelta(days=_days(rule, at))
    of_enrolment = HoursReview.objects.filter(enrolment=OuterRef("enrolment"))
    fresh = of_enrolment.filter(Q(state=ReviewState.PENDING) | Q(decided_at__gt=since))
    judged = of_enrolment.filter(decided_at__lte=since, decided_at__gte=OuterRef("started_at"))
    study = StudySession.objects.filter(camera_session=OuterRef("pk"))
    proving = study.filter(Exists(fresh) | (~Exists(judged) & Q(user__closed_at=None)))
    return CameraSession.objects.filter(
        ~Exists(proving), Exists(study) | Q(opened_at__lte=since) | Q(user__closed_at__isnull=False)
    ).exclude(pk__in=needed)


def erase_evidence(*, at: datetime, needed: Collection[int] = ()) -> int:
    """Delete them; returns how many pictures went."""
    erase_traces(at=at)
    return sum(
        erase_kind(
            kind, due_evidence(kind, at=at, needed=needed), why="retention", by=None, at=at, days=_days(rule, at)
        )
        for kind, rule in RULES.items()
    )


@transaction.atomic
def erase_traces(*, at: datetime, needed: Collection[int] = ()) -> int:
    """Delete measures, traces of study and answers to questions, forget the devices; returns of how many sessions.

    Credit stays: how much of it was within a question's time is in the spans.
    """
    due = due_traces(at=at, needed=needed)
    if not due:
        return 0
    with province_scope():
        traces, _by_model = StudyTrace.objects.filter(session__camera_session__in=due).delete()
        answers, _by_model = PresenceCheck.objects.filter(session__camera_session__in=due).delete()
        CameraSession.objects.filter(pk__in=due).update(device="")
        erase_measures(due, why="retention", by=None, at=at, days=_days("camera_measures_days", at))
    record("study_traces.erased", actor=None, at=at, traces=traces, answers=answers, camera_sessions=len(due))
    return len(due)
