"""Evidence of the camera as drawings: distances of the snapshots over time, and the curves of one face check."""

from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from learning.review.case import Shot, Thresholds
from proctoring.models import LivenessAttempt, Snapshot
from proctoring.outcomes import ACTION_NAMES

LEFT, RIGHT, TOP, BOTTOM = 44, 990, 10, 96
LANE, LANE_GAP, LANE_LEFT = 54, 12, 92
COLOURS = {Snapshot.Outcome.MATCH: "zx-f1", Snapshot.Outcome.REVIEW: "zx-fr", Snapshot.Outcome.MISMATCH: "zx-ff"}


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    css: str
    title: str


@dataclass(frozen=True)
class Scatter:
    """Distances in order of the pictures (not of the clock: nights would be empty); `limits`: (y, label)."""

    points: list[Point]
    limits: list[tuple[float, str]]
    height: int = BOTTOM + 8


def distances_of(shots: list[Shot], thresholds: list[Thresholds]) -> Scatter | None:
    """Of the engine with most pictures (distances of two engines are not comparable); None below two pictures."""
    engine = max(thresholds, key=lambda t: sum(s.engine == t.engine for s in shots), default=None)
    if engine is None:
        return None
    seen = sorted((s for s in shots if s.distance is not None and s.engine == engine.engine), key=lambda s: s.taken_at)
    if len(seen) < 2:
        return None
    most = max([engine.doubtful * 1.1, *((s.distance or 0.0) for s in seen)])

    def y_of(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / most, 1)

    step = (RIGHT - LEFT - 12) / max(1, len(seen) - 1)
    points = [
        Point(
            round(LEFT + 6 + i * step, 1), y_of(s.distance or 0.0), COLOURS.get(Snapshot.Outcome(s.outcome), "zx-fr"),
            f"{localtime(s.taken_at):%m-%d %H:%M} · {s.distance:.2f}",
        )
        for i, s in enumerate(seen)
    ]  # fmt: skip
    limits = [(y_of(value), f"{value:g}") for value in (engine.passes, engine.doubtful)]
    return Scatter(points, limits)


@dataclass(frozen=True)
class Lane:
    """One measure: `d` is the path of its curve, `low` and `high` the values at its edges."""

    label: str
    y: float
    y_text: float
    d: str
    low: str
    high: str


@dataclass(frozen=True)
class Curves:
    lanes: list[Lane]
    marks: list[tuple[float, str, str]]  # x, prompt or done, name of the action
    ticks: list[tuple[float, str]]
    height: int
    rows: list[tuple[str, ...]]  # the same as a table, about two rows a second


def curves_of(attempt: LivenessAttempt) -> Curves | None:
    """None where the curves were deleted or no face was seen."""
    series: dict[str, Any] = attempt.series
    if not series or len(series["ms"]) < 2:
        return None
    names = {"turn": _("turn"), "mouth": _("mouth"), "eyes": _("eyes"), "nod": _("nod")}
    moments = series["ms"]
    last = max(moments[-1], *(event[0] for event in series["events"]), 1)

    def x_of(ms: float) -> float:
        return round(LANE_LEFT + (RIGHT - LANE_LEFT) * ms / last, 1)

    lanes = [
        _lane(label, i, [x_of(ms) for ms in moments], series[name]) for i, (name, label) in enumerate(names.items())
    ]
    marks = [(x_of(ms), kind, str(ACTION_NAMES.get(action, action))) for ms, kind, action in series["events"]]
    ticks = [(x_of(s * 1000), f"{s} s") for s in range(0, last // 1000 + 1, max(1, last // 12_000))]
    every = max(1, len(moments) // max(1, 2 * last // 1000))
    rows = [
        (f"{moments[i] / 1000:.1f}", *(f"{series[name][i]:.2f}" for name in names))
        for i in range(0, len(moments), every)
    ]
    return Curves(lanes, marks, ticks, TOP + 24 + len(lanes) * (LANE + LANE_GAP), rows)


def _lane(label: str, number: int, xs: list[float], values: list[float]) -> Lane:
    low, high = min(values), max(values)
    span = max(high - low, 0.05)  # noise is not blown up to a movement
    top = TOP + 24 + number * (LANE + LANE_GAP)
    points = [f"{x} {round(top + LANE * (1 - (value - low) / span), 1)}" for x, value in zip(xs, values, strict=True)]
    return Lane(label, top, top + LANE / 2 + 4, "M" + "L".join(points), f"{low:.2f}", f"{high:.2f}")
