"""One case as the reviewer sees it: plain dataclasses, gathered in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.timezone import localdate

from learning.models import CreditSpan, Enrolment
from learning.pauses import Gap
from learning.queries import Progress, progress_of
from learning.review.evidence import Evidence, evidence_of
from learning.review.models import HoursReview
from learning.review.rules import ReviewRules
from learning.review.traits import Trait, traits_of
from learning.review.words import ReasonLine, incident_label, reason_lines, sms_texts
from learning.study_time import study_time
from proctoring.incidents import Severity, meaning_of
from proctoring.models import Attestation, FacePhoto, FaceProfile, Incident, LivenessAttempt, Snapshot
from proctoring.outcomes import PASSED
from proctoring.rules import ProctoringRules
from tenants.masking import mask_id_number, mask_phone_number
from tenants.rulesets.services import rules_for

DAY = timedelta(days=1)
# Worst first: what needs a decision stands at the front of the gallery.
SHOT_ORDER: list[str] = [
    Snapshot.Outcome.MISMATCH,
    Snapshot.Outcome.TWO_FACES,
    Snapshot.Outcome.REVIEW,
    Snapshot.Outcome.NO_FACE,
    Snapshot.Outcome.NO_ANSWER,
    Snapshot.Outcome.MATCH,
]


@dataclass(frozen=True)
class Person:
    """Numbers are masked; the full ones are for audited views only."""

    name: str
    gender: str
    id_number: str
    phone: str


@dataclass(frozen=True)
class Photo:
    """A reference photo; `uuid` is what the evidence view of proctoring takes."""

    uuid: UUID
    kind: str
    label: str
    saved_at: datetime


@dataclass(frozen=True)
class Profile:
    """The face profile at this institution. `match_distance`: ID photo against portrait, smaller is closer."""

    state: str
    label: str
    match_distance: float | None
    needs_look: bool
    confirmed_by: str
    confirmed_at: datetime | None
    photos: list[Photo]


@dataclass(frozen=True)
class Shot:
    """One snapshot. `distance`: smaller is closer, None where no face was compared; `apart`: to the ID photo and to the
    portrait, each by itself; `answered_ms`: from the request to the verdict."""

    uuid: UUID
    taken_at: datetime
    outcome: str
    label: str
    engine: str
    distance: float | None
    has_frame: bool
    lesson: str
    apart: list[float]
    answered_ms: int

    @property
    def is_match(self) -> bool:
        return self.outcome == Snapshot.Outcome.MATCH


@dataclass(frozen=True)
class Check:
    """One liveness check. `details` is what proctoring kept of each action (curve, duration, verdict)."""

    uuid: UUID
    started_at: datetime
    ended_at: datetime | None
    actions: list[str]
    outcome: str
    passed: bool
    failed_action: str
    distance: float | None
    details: dict[str, object]
    has_frame: bool
    has_series: bool


@dataclass(frozen=True)
class Event:
    """One incident with what it means; `pictures`: those that show it, as (kind, uuid) of proctoring's evidence view:
    its own first, then the earlier one that it repeats."""

    uuid: UUID
    kind: str
    label: str
    severity: str
    explanation: str
    look: str
    noted_at: datetime
    pictures: list[tuple[str, str]]
    data: dict[str, object]


@dataclass(frozen=True)
class Span:
    id: int
    started_at: datetime
    ended_at: datetime
    credited_ms: int
    lesson_id: int
    lesson: str


@dataclass(frozen=True)
class Day:
    """What began on one day of the province. `pauses`: why time of the same day did not count."""

    on: date
    credited_ms: int
    spans: list[Span]
    pauses: list[Gap]


@dataclass(frozen=True)
class Thresholds:
    """Of one engine: up to `passes` a distance matches, up to `doubtful` a person looks, beyond it does not match."""

    engine: str
    passes: float
    doubtful: float


@dataclass(frozen=True)
class Case:
    """All a reviewer sees of one review. `shots` worst first; everything else in order of time."""

    review: HoursReview
    person: Person
    profile: Profile | None
    progress: Progress
    reasons: list[ReasonLine]
    days: list[Day]
    shots: list[Shot]
    liveness: list[Check]
    events: list[Event]
    thresholds: list[Thresholds]
    traits: list[Trait]
    attestations: list[Attestation]
    earlier: list[HoursReview]
    sms: dict[str, str]


def case_of(review: HoursReview, *, at: datetime) -> Case:
    """Everything the case screen shows, in a fixed number of queries. `at` picks the thresholds in force."""
    enrolment = review.enrolment
    rules = rules_for(ReviewRules, at=at)
    evidence = evidence_of(enrolment, rules)
    return Case(
        review=review,
        person=_person(enrolment),
        profile=_profile(enrolment),
        progress=progress_of(enrolment),
        reasons=reason_lines(review),
        days=_days(evidence.spans, _pauses(enrolment, evidence)),
        shots=_shots(evidence),
        liveness=[_check(attempt) for attempt in evidence.liveness],
        events=[_event(incident) for incident in evidence.incidents],
        thresholds=_thresholds(evidence, at),
        traits=traits_of(evidence, rules),
        attestations=evidence.attestations,
        earlier=list(
            HoursReview.objects.filter(enrolment=enrolment, round__lt=review.round)
            .select_related("decided_by")
            .order_by("round")
        ),
        sms=sms_texts(enrolment),
    )


def _person(enrolment: Enrolment) -> Person:
    user = enrolment.user
    return Person(
        name=user.name,
        gender=user.get_gender_display(),
        id_number=mask_id_number(user.id_number),
        phone=mask_phone_number(user.phone or ""),
    )


def _profile(enrolment: Enrolment) -> Profile | None:
    found = (
        FaceProfile.objects.filter(user=enrolment.user_id, institution=enrolment.institution_id)
        .select_related("confirmed_by")
        .first()
    )
    if found is None:
        return None
    photos = FacePhoto.objects.filter(profile=found, replaced_at=None).order_by("kind")
    return Profile(
        state=found.state,
        label=found.get_state_display(),
        match_distance=found.match_distance,
        needs_look=found.needs_look,
        confirmed_by=found.confirmed_by.name if found.confirmed_by else "",
        confirmed_at=found.confirmed_at,
        photos=[Photo(p.uuid, p.kind, p.get_kind_display(), p.saved_at) for p in photos],
    )


def _pauses(enrolment: Enrolment, evidence: Evidence) -> list[Gap]:
    """Gaps and ends of sittings around the study under review."""
    if not evidence.spans:
        return []
    since, until = evidence.spans[0].started_at - DAY, evidence.spans[-1].ended_at + DAY
    studied = study_time([enrolment], since=since, until=until)[enrolment.pk]
    return sorted(studied.gaps + studied.ends, key=lambda gap: gap.start)


def _days(spans: list[CreditSpan], pauses: list[Gap]) -> list[Day]:
    by_day: dict[date, list[Span]] = {}
    for span in spans:
        line = Span(span.pk, span.started_at, span.ended_at, span.credited_ms, span.lesson_id, span.lesson.title)
        by_day.setdefault(localdate(span.started_at), []).append(line)
    return [
        Day(on, sum(s.credited_ms for s in lines), lines, [gap for gap in pauses if localdate(gap.start) == on])
        for on, lines in sorted(by_day.items())
    ]


def shot_of(snapshot: Snapshot, lesson: str = "") -> Shot:
    return Shot(
        uuid=snapshot.uuid,
        taken_at=snapshot.taken_at,
        outcome=snapshot.outcome,
        label=snapshot.get_outcome_display(),
        engine=snapshot.engine,
        distance=snapshot.distance,
        has_frame=bool(snapshot.frame),
        lesson=lesson,
        apart=list(snapshot.details.get("apart", [])),
        answered_ms=round((snapshot.taken_at - snapshot.requested_at).total_seconds() * 1000),
    )


def _shots(evidence: Evidence) -> list[Shot]:
    shots = [shot_of(one, _lesson_at(evidence.spans, one.taken_at)) for one in evidence.snapshots]
    return sorted(shots, key=lambda s: (SHOT_ORDER.index(s.outcome), -(s.distance or 0), s.taken_at))


def _lesson_at(spans: list[CreditSpan], at: datetime) -> str:
    return next((span.lesson.title for span in spans if span.started_at <= at <= span.ended_at), "")


def _check(attempt: LivenessAttempt) -> Check:
    return Check(
        uuid=attempt.uuid,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        actions=list(attempt.actions),
        outcome=attempt.outcome,
        passed=attempt.outcome == PASSED,
        failed_action=attempt.failed_action,
        distance=attempt.distance,
        details=dict(attempt.details),
        has_frame=bool(attempt.frame),
        has_series=attempt.measured,  # type: ignore[attr-defined]
    )


def _event(incident: Incident) -> Event:
    meaning = meaning_of(incident.kind)
    own = [("snapshot", incident.snapshot), ("attempt", incident.attempt)]
    pictures = [(kind, str(row.uuid)) for kind, row in own if row is not None and row.frame]
    if incident.data.get("twin"):
        pictures.append((incident.data["of"], incident.data["twin"]))
    return Event(
        uuid=incident.uuid,
        kind=incident.kind,
        label=incident_label(incident),
        severity=meaning.severity if meaning else Severity.DOUBT,
        explanation=str(meaning.explanation) if meaning else "",
        look=str(meaning.look) if meaning else "",
        noted_at=incident.noted_at,
        pictures=pictures,
        data=dict(incident.data),
    )


def _thresholds(evidence: Evidence, at: datetime) -> list[Thresholds]:
    values = rules_for(ProctoringRules, at=at)
    engines = sorted({shot.engine for shot in evidence.snapshots if shot.engine})
    return [Thresholds(engine, values.pass_at(engine), values.review_at(engine)) for engine in engines]
