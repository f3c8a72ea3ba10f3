"""The study of a case as a drawing: one line a day, spans as bars, pictures that need a look as dots."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.timezone import localtime

from cms.words import clock
from learning.review.case import Day, Shot
from proctoring.models import Snapshot

LEFT, RIGHT, TOP, LINE = 116, 920, 20, 22
FEWEST_HOURS = 1
DOTS = {Snapshot.Outcome.MISMATCH: "zx-ff", Snapshot.Outcome.TWO_FACES: "zx-ff", Snapshot.Outcome.REVIEW: "zx-fr"}


@dataclass(frozen=True)
class Bar:
    x: float
    width: float


@dataclass(frozen=True)
class Dot:
    x: float
    css: str


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Line:
    """A day: coordinates for the drawing, words for its table."""

    label: str
    y: float
    y_mid: float
    y_text: float
    spans: list[Bar]
    dots: list[Dot]
    periods: str
    total: str
    pictures: int
    doubts: int


@dataclass(frozen=True)
class Chart:
    lines: list[Line]
    ticks: list[Tick]
    height: int


def chart_of(days: list[Day], shots: list[Shot]) -> Chart:
    """`days` in order of time; the axis reaches from the first to the last hour in which somebody studied."""
    if not days:
        return Chart([], [], 0)
    first, last = _window(days)
    scale = (RIGHT - LEFT) / (last - first)

    def x_of(moment: datetime) -> float:
        local = localtime(moment)
        hour = local.hour + local.minute / 60 + local.second / 3600
        return round(LEFT + (min(max(hour, first), last) - first) * scale, 1)

    lines = []
    for number, day in enumerate(days):
        y = TOP + number * LINE
        todays = [shot for shot in shots if localtime(shot.taken_at).date() == day.on]
        lines.append(
            Line(
                label=formats.date_format(day.on, "m-d D"),
                y=y,
                y_mid=y + 5,
                y_text=y + 9,
                spans=[Bar(x_of(s.started_at), max(1.5, x_of(s.ended_at) - x_of(s.started_at))) for s in day.spans],
                dots=[Dot(x_of(s.taken_at), DOTS[Snapshot.Outcome(s.outcome)]) for s in todays if s.outcome in DOTS],
                periods=_periods(day),
                total=clock(day.credited_ms),
                pictures=len(todays),
                doubts=sum(not shot.is_match for shot in todays),
            )
        )
    return Chart(lines, _ticks(first, last, scale), TOP + len(days) * LINE)


def _ticks(first: int, last: int, scale: float) -> list[Tick]:
    """A mark every quarter of an hour, hour or two hours, so that there are never more than thirteen."""
    step = 15 if last - first <= 2 else 60 if last - first <= 12 else 120
    minutes = range(0, (last - first) * 60 + 1, step)
    return [Tick(round(LEFT + m / 60 * scale, 1), f"{first + m // 60:02d}:{m % 60:02d}") for m in minutes]


def _window(days: list[Day]) -> tuple[int, int]:
    spans = [span for day in days for span in day.spans]
    first = min(localtime(span.started_at).hour for span in spans)
    last = max(localtime(span.ended_at).hour for span in spans) + 1
    last = min(24, max(last, first + FEWEST_HOURS))
    return min(first, last - FEWEST_HOURS), last


def _periods(day: Day) -> str:
    """Spans that follow each other within five minutes read as one period."""
    periods: list[list[datetime]] = []
    for span in day.spans:
        if periods and (span.started_at - periods[-1][1]).total_seconds() <= 300:
            periods[-1][1] = span.ended_at
        else:
            periods.append([span.started_at, span.ended_at])
    return " · ".join(f"{localtime(start):%H:%M}–{localtime(end):%H:%M}" for start, end in periods)
