"""Time of study that did not count, and why: pure functions (ADR 0061, 0156). Nothing of it is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from learning.rules import is_open_at
from learning.stretches import Stretch

LEAST_GAP_S = 20  # shorter ones are the pause between two beats
NEAR_S = 90  # an observation this close to a gap explains it
BEAT = timedelta(seconds=LEAST_GAP_S)
TOLD_ENDS = frozenset({"taken_over", "idle", "signed_out", "suspended", "cleared"})


@dataclass(frozen=True)
class Span:
    """Credited time of one session; `voided` when a review took it back."""

    start: datetime
    end: datetime
    session: int
    lesson: int = 0
    voided: bool = False
    credited_ms: int = 0


@dataclass(frozen=True)
class Sitting:
    """A study session from its start to its last sign of life, with the rules of its day and why it ended.

    `capped_on`: the day on which the person had earned all that counts. `unanswered`: from when to when a question
    stood open although its time was over. `broken`: from the last sign of life to the page's coming back.
    """

    session: int
    camera_session: int
    start: datetime
    end: datetime
    lesson: int = 0
    end_reason: str = ""
    opens_minute: int = 0
    closes_minute: int = 1440
    capped_on: date | None = None
    unanswered: tuple[Stretch, ...] = ()
    broken: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Observation:
    """What the camera found at a moment: a code of proctoring.outcomes."""

    camera_session: int
    at: datetime
    code: str


@dataclass(frozen=True)
class Gap:
    """Time of a sitting that was not credited; `code` is empty where the page itself paused.

    Without length it is the end of a sitting that the person did not choose.
    """

    start: datetime
    end: datetime
    code: str
    lesson: int = 0

    @property
    def seconds(self) -> int:
        return int((self.end - self.start).total_seconds())

    @property
    def is_end(self) -> bool:
        return self.start == self.end


def gaps(
    sittings: Iterable[Sitting], spans: Iterable[Span], seen: Iterable[Observation], zone: tzinfo = UTC
) -> list[Gap]:
    """Uncredited time within sittings, each with its reason, in order of time. `zone`: where the day's hours hold."""
    by_session: dict[int, list[Span]] = {}
    for span in spans:
        by_session.setdefault(span.session, []).append(span)
    by_camera: dict[int, list[Observation]] = {}
    for observation in seen:
        by_camera.setdefault(observation.camera_session, []).append(observation)
    found = []
    for sitting in sittings:
        own = sorted(by_session.get(sitting.session, []), key=lambda span: span.start)
        last = own[-1].end if own else sitting.start
        for start, end in _holes(sitting, own):
            code = _reason(sitting, start, end, by_camera.get(sitting.camera_session, []), start >= last, zone)
            found.append(Gap(start, end, code, sitting.lesson))
    return sorted(found, key=lambda gap: gap.start)


def ends(sittings: Iterable[Sitting]) -> list[Gap]:
    """Sittings that something else than the person ended, or that nothing more was heard of: gaps without length."""
    return [
        Gap(sitting.end, sitting.end, f"study.{sitting.end_reason}", sitting.lesson)
        for sitting in sittings
        if sitting.end_reason in TOLD_ENDS
    ]


def _holes(sitting: Sitting, spans: Sequence[Span]) -> list[tuple[datetime, datetime]]:
    holes, reached = [], sitting.start
    for span in spans:
        holes.append((reached, span.start))
        reached = max(reached, span.end)
    holes.append((reached, sitting.end))
    return [(start, end) for start, end in holes if (end - start).total_seconds() >= LEAST_GAP_S]


def _reason(
    sitting: Sitting, start: datetime, end: datetime, seen: Sequence[Observation], is_last: bool, zone: tzinfo
) -> str:
    """The rules' own reason first: they hold whatever the camera saw."""
    if not is_open_at(start, sitting.opens_minute, sitting.closes_minute, zone):
        return "study.hours"
    if is_last and sitting.capped_on == start.astimezone(zone).date():
        return "study.daily_cap"
    if any(asked - BEAT <= start <= answered and asked < end for asked, answered in sitting.unanswered):
        return "study.question"
    if any(lost < end and lost - BEAT <= start <= lost + BEAT for lost, _back in sitting.broken):
        return "study.offline"
    near = timedelta(seconds=NEAR_S)
    close = [found for found in seen if start - near <= found.at <= end]
    return min(close, key=lambda found: abs(found.at - start)).code if close else ""
