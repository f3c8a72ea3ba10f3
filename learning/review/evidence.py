"""What the camera and the clock recorded about the study under review, and the facts counted from it.

Only spans that still count are looked at, so a second round judges the study that was done again. Times stay aware
datetimes; days are the province's (settings.TIME_ZONE).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from learning.models import CreditSpan, Enrolment, PresenceCheck
from learning.review.hints import Surroundings, checks_of, hints_of, surroundings_of
from learning.review.rules import Facts, ReviewRules, gaps_without
from proctoring.incidents import HINTS as INCIDENT_HINTS
from proctoring.models import Attestation, CameraSession, Incident, LivenessAttempt, Snapshot
from proctoring.outcomes import PASSED
from proctoring.queries import attestations_of, incidents_of
from proctoring.rules import REVIEW


@dataclass(frozen=True)
class Evidence:
    """Rows in order of time. `spans` are those that count; the rest lies in their camera sessions."""

    spans: list[CreditSpan]
    snapshots: list[Snapshot]
    liveness: list[LivenessAttempt]
    incidents: list[Incident]
    checks: list[PresenceCheck]
    around: Surroundings
    attestations: list[Attestation]

    @property
    def on_camera(self) -> list[CreditSpan]:
        """Study before a camera; the rest was in the classroom."""
        return [span for span in self.spans if span.session.camera_session.attestation_id is None]


def evidence_of(enrolment: Enrolment, rules: ReviewRules) -> Evidence:
    """At most eight queries, seven without a classroom, whatever the length of the study."""
    spans = list(
        CreditSpan.objects.filter(enrolment=enrolment, voided_by=None)
        .select_related("lesson", "session__camera_session", "session__trace")
        .order_by("started_at")
    )
    sessions = {span.session.camera_session_id for span in spans}
    attested = [pk for pk, camera in _cameras(spans).items() if camera.attestation_id]
    return Evidence(
        spans=spans,
        snapshots=list(Snapshot.objects.filter(session__in=sessions).defer("mark").order_by("taken_at")),
        liveness=list(_checks(sessions)),
        incidents=list(incidents_of(sessions)),
        checks=checks_of(spans),
        around=surroundings_of(spans, rules.shared_days),
        attestations=attestations_of(attested) if attested else [],
    )


def _checks(sessions: set[int]) -> QuerySet[LivenessAttempt]:
    """Without the curves, which are fetched one by one; `measured` says whether there is one."""
    found = LivenessAttempt.objects.filter(session__in=sessions).defer("series", "mark")
    return found.annotate(measured=~Q(series={})).order_by("started_at")


def _cameras(spans: list[CreditSpan]) -> dict[int, CameraSession]:
    return {span.session.camera_session_id: span.session.camera_session for span in spans}


def facts_of(evidence: Evidence, rules: ReviewRules) -> Facts:
    """Count what the rules weigh."""
    outcomes = Counter(snapshot.outcome for snapshot in evidence.snapshots)
    seen = sightings(evidence)
    gaps = gaps_without(
        [(span.started_at, span.ended_at) for span in evidence.on_camera], seen, timedelta(minutes=rules.gap_minutes)
    )
    days = seconds_by_day(evidence.spans)
    long_days = [seconds for seconds in days.values() if seconds > rules.long_day_hours * 3600]
    return Facts(
        matches=len(seen),
        on_camera=bool(evidence.on_camera) or not evidence.spans,
        attested=len(evidence.attestations),
        attested_s=attested_s(evidence),
        end_missing=sum(is_open_ended(one) for one in evidence.attestations),
        mismatches=outcomes[Snapshot.Outcome.MISMATCH],
        doubtful=outcomes[Snapshot.Outcome.REVIEW] + sum(_is_doubtful(check) for check in evidence.liveness),
        nobody=outcomes[Snapshot.Outcome.NO_FACE] + outcomes[Snapshot.Outcome.NO_ANSWER],
        two_faces=outcomes[Snapshot.Outcome.TWO_FACES],
        incidents=sum(incident.kind not in INCIDENT_HINTS for incident in evidence.incidents),
        camera_hints=sum(incident.kind in INCIDENT_HINTS for incident in evidence.incidents),
        liveness_failed=sum(1 for check in evidence.liveness if check.outcome not in ("", PASSED)),
        longest_gap_s=max((round(gap.total_seconds()) for gap in gaps), default=0),
        long_gaps=len(gaps),
        longest_day_s=max(long_days, default=0),
        long_days=len(long_days),
        **hints_of(evidence.spans, evidence.checks, evidence.around, rules),
    )


def _is_doubtful(check: LivenessAttempt) -> bool:
    """Passed, with a face that a person should compare."""
    return check.outcome == PASSED and check.details.get("verdict") == REVIEW


def is_open_ended(attestation: Attestation) -> bool:
    """Nobody attested that the person stayed; one that still runs is no reason yet."""
    return attestation.expired_at is not None or attestation.present_at_end is False


def attested_s(evidence: Evidence) -> int:
    """Credited seconds under an attestation."""
    ms = sum(span.credited_ms for span in evidence.spans) - sum(span.credited_ms for span in evidence.on_camera)
    return round(ms / 1000)


def sightings(evidence: Evidence) -> list[datetime]:
    """When the person was certainly there."""
    shots = [shot.taken_at for shot in evidence.snapshots if shot.outcome == Snapshot.Outcome.MATCH]
    checks = [check.ended_at for check in evidence.liveness if check.outcome == PASSED and check.ended_at]
    return sorted(shots + checks)


def seconds_by_day(spans: list[CreditSpan]) -> dict[date, int]:
    """Credited seconds by the day on which the span began."""
    days: dict[date, int] = defaultdict(int)
    for span in spans:
        days[localdate(span.started_at)] += span.credited_ms
    return {day: round(ms / 1000) for day, ms in days.items()}
