"""Spans, pauses and snapshots of enrolments, in a fixed number of queries: what the trainee's record and the reviewer's
case are made of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.timezone import get_default_timezone

from learning.broken_lines import broken_lines
from learning.models import CreditSpan, EndReason, Enrolment, PresenceCheck, StudySession
from learning.pauses import Gap, Observation, Sitting, Span, ends, gaps
from learning.stretches import Stretch
from proctoring.models import CameraSession, Snapshot

LOOK_AGAIN = frozenset({"no_face", "two_faces", "mismatch", "no_answer"})


@dataclass
class StudyTime:
    """Of one enrolment, in order of time. `ends`: sittings that the person did not end, without length."""

    spans: list[Span] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    ends: list[Gap] = field(default_factory=list)
    snapshots: list[datetime] = field(default_factory=list)


def study_time(enrolments: list[Enrolment], *, since: datetime, until: datetime | None = None) -> dict[int, StudyTime]:
    """Credited spans and gaps of some enrolments from `since` on (to `until`, excluded): six queries."""
    until = until or since + timedelta(days=3660)
    rows = list(
        StudySession.objects.filter(enrolment__in=enrolments, started_at__lt=until, last_beat_at__gte=since).order_by(
            "started_at"
        )
    )
    cameras = {row.camera_session_id: row.enrolment_id for row in rows}
    late, broken = _unanswered(rows), broken_lines(rows)
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    for row in rows:
        sittings[row.enrolment_id].append(_sitting(row, late.get(row.pk, []), broken.get(row.pk, [])))
    found: dict[int, StudyTime] = defaultdict(StudyTime)
    spans = CreditSpan.objects.filter(enrolment__in=enrolments, started_at__lt=until, ended_at__gte=since)
    for span in spans.order_by("started_at"):
        found[span.enrolment_id].spans.append(
            Span(
                span.started_at,
                span.ended_at,
                span.session_id,
                span.lesson_id,
                span.voided_by_id is not None,
                span.credited_ms,
            )
        )
    seen, taken = _observations(cameras)
    for pk, own in sittings.items():
        found[pk].gaps = gaps(own, found[pk].spans, seen, get_default_timezone())
        found[pk].ends = ends(own)
        found[pk].snapshots = sorted(at for camera, at in taken if cameras[camera] == pk)
    return found


def _sitting(row: StudySession, unanswered: list[Stretch], broken: list[Stretch]) -> Sitting:
    end = row.last_beat_at if row.ended_at is None else min(row.ended_at, row.last_beat_at)
    capped = bool(row.day_cap_ms) and row.day_credited_ms >= row.day_cap_ms
    return Sitting(
        session=row.pk,
        camera_session=row.camera_session_id,
        start=row.started_at,
        end=end,
        lesson=row.lesson_id,
        end_reason=EndReason(row.end_reason).value if row.end_reason else "",
        opens_minute=row.opens_minute,
        closes_minute=row.closes_minute,
        capped_on=row.day if capped else None,
        unanswered=tuple(unanswered + ([(row.answer_by, end)] if row.answer_by and row.answer_by < end else [])),
        broken=tuple(broken),
    )


def _unanswered(rows: Iterable[StudySession]) -> dict[int, list[Stretch]]:
    """From the end of a question's time to the right answer that came late, by sitting."""
    late: dict[int, list[Stretch]] = defaultdict(list)
    checks = PresenceCheck.objects.filter(session__in=[row.pk for row in rows], right=True)
    for session, answer_by, answered_at in checks.values_list("session", "answer_by", "answered_at"):
        if answered_at > answer_by:
            late[session].append((answer_by, answered_at))
    return late


def _observations(cameras: Iterable[int]) -> tuple[list[Observation], list[tuple[int, datetime]]]:
    """What camera sessions found that stops credit, and when each snapshot was taken."""
    shots = list(Snapshot.objects.filter(session__in=list(cameras)).values_list("session", "taken_at", "outcome"))
    seen = [Observation(session, at, f"camera.{outcome}") for session, at, outcome in shots if outcome in LOOK_AGAIN]
    lapsed = CameraSession.objects.filter(pk__in=list(cameras), expired_at__isnull=False).exclude(expired_code="")
    seen += [Observation(pk, at, code) for pk, at, code in lapsed.values_list("pk", "expired_at", "expired_code") if at]
    return seen, [(session, at) for session, at, _outcome in shots]
