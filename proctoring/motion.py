"""Pure geometry of 68 landmarks over time: what a face does, how far, and whether at an even speed.

Thresholds are those measured in DESIGN chapter 6 (10 fps, 640×480, against a neutral baseline of the same person).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proctoring.rules import ProctoringRules

LEFT, RIGHT, MOUTH, BLINK, NOD = "left", "right", "mouth", "blink", "nod"
ACTIONS = (LEFT, RIGHT, MOUTH, BLINK, NOD)
TURNS = (LEFT, RIGHT)
WINDOW_S, GRID_S = 0.2, 0.02
SPARSE = 5  # fewer samples than this inside a movement, and a peak says little


@dataclass(frozen=True)
class Measures:
    """One frame's numbers, all free of scale. `turn` grows towards the person's own left (image right, unmirrored)."""

    turn: float
    mouth: float
    eyes: float
    nod: float
    eye_mouth: float


def measure(points: NDArray[np.float32]) -> Measures:
    """Numbers of a (68, 2) landmark set."""
    right_eye, left_eye = points[36:42], points[42:48]
    eyes = (right_eye.mean(0) + left_eye.mean(0)) / 2
    mouth = points[48:60].mean(0)
    apart = max(1.0, _length(right_eye.mean(0) - left_eye.mean(0)))
    to_right, to_left = _length(points[30] - points[2]), _length(points[30] - points[14])
    drop = max(1.0, float(mouth[1] - eyes[1]))
    return Measures(
        turn=(to_right - to_left) / max(1.0, to_right + to_left),
        mouth=_length(points[62] - points[66]) / apart,
        eyes=(_openness(right_eye) + _openness(left_eye)) / 2,
        nod=float(points[30][1] - eyes[1]) / drop,
        eye_mouth=drop / apart,
    )


def baseline_of(frames: list[Measures]) -> Measures:
    """The median of each number over neutral frames."""
    rows = np.array([(m.turn, m.mouth, m.eyes, m.nod, m.eye_mouth) for m in frames])
    return Measures(*(float(v) for v in np.median(rows, axis=0)))


def excursion(action: str, now: Measures, base: Measures, rules: ProctoringRules) -> float:
    """How far an action has gone: 0 neutral, 1 reached, negative the other way."""
    if action == LEFT:
        return (now.turn - base.turn) / rules.turn
    if action == RIGHT:
        return (base.turn - now.turn) / rules.turn
    if action == MOUTH:
        return (now.mouth - base.mouth) / rules.mouth
    if action == NOD:
        return abs(now.nod - base.nod) / rules.nod
    return (1 - now.eyes / max(0.01, base.eyes)) / (1 - rules.blink_closed)


def is_neutral(now: Measures, base: Measures, rules: ProctoringRules) -> bool:
    """Whether the face is back where it began, near enough to compare identity."""
    return max(abs(excursion(action, now, base, rules)) for action in ACTIONS) < 0.5


def pace_fault(times: list[float], values: list[float], rules: ProctoringRules) -> str | None:
    """What is wrong with the way to the peak: `too_fast`, `too_slow`, `uneven` or None.

    Looked at between 10 % and 90 % of the peak. A frame's interval is the grain of what can be known, so half of it is
    given on the duration, and sparse movements may peak higher.
    """
    peak = int(np.argmax(values))
    rise = _between(times[: peak + 1], values[: peak + 1], 0.1 * values[peak], 0.9 * values[peak])
    at, value = rise
    duration = at[-1] - at[0]
    grain = float(np.median(np.diff(times))) if len(times) > 1 else 0.1
    if duration < rules.move_min_s - grain / 2:
        return "too_fast"
    if duration > rules.move_max_s:
        return "too_slow"
    span = value[-1] - value[0]
    speeds = _speeds(at, value) / (span / duration)
    allowed = rules.peak_over_mean * (1.5 if len(at) < SPARSE else 1.0)
    steps = np.diff(value)
    backwards = -steps[steps < 0].sum() / span
    stalled = float(np.mean(np.abs(speeds) < 0.1))
    if speeds.max() > allowed or backwards > rules.backtrack or stalled > rules.stalled:
        return "uneven"
    return None


def _speeds(at: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Speeds over sliding windows: what the network bunches together on arrival is no jerk of the head (ADR 0022)."""
    grid = np.arange(at[0], at[-1] + GRID_S / 2, GRID_S)
    smooth = np.interp(grid, at, value)
    width = max(1, min(round(WINDOW_S / GRID_S), len(grid) - 1))
    return (smooth[width:] - smooth[:-width]) / (width * GRID_S)


def blinked(times: list[float], frames: list[Measures], base: Measures, rules: ProctoringRules) -> str | None:
    """`seen` once the eyes closed and opened again in time, `print` if the whole face was squeezed, else None.

    A tilted print narrows the eyes by squeezing everything: then eyes and mouth come closer too (by 6 % or more).
    """
    openness = [m.eyes / max(0.01, base.eyes) for m in frames]
    closed = next((i for i, o in enumerate(openness) if o <= rules.blink_closed), None)
    while closed is not None:
        reopened = next((i for i in range(closed, len(frames)) if openness[i] >= rules.blink_open), None)
        if reopened is None:
            return None
        if times[reopened] - times[closed] <= rules.blink_s:
            during = frames[max(0, closed - 1) : reopened + 1]
            squeezed = max(abs(m.eye_mouth / base.eye_mouth - 1) for m in during) >= rules.blink_eye_mouth
            return "print" if squeezed else "seen"
        closed = next((i for i in range(reopened, len(frames)) if openness[i] <= rules.blink_closed), None)
    return None


def _between(
    times: list[float], values: list[float], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The samples between the last crossing of `low` and the following first crossing of `high`, ends interpolated."""
    end = next(i for i, v in enumerate(values) if v >= high)
    start = next((i for i in range(end - 1, -1, -1) if values[i] <= low), None)
    at, value = list(times[(start or 0) + 1 : end]), list(values[(start or 0) + 1 : end])
    if start is None:  # it was already moving when the window began
        at, value = [times[0], *at], [values[0], *value]
    else:
        at, value = [_cross(times, values, start, low), *at], [low, *value]
    at.append(_cross(times, values, end - 1, high) if end else times[end])
    value.append(high)
    return np.array(at), np.array(value)


def _cross(times: list[float], values: list[float], i: int, level: float) -> float:
    """When the line from sample i to i+1 passes `level`."""
    step = values[i + 1] - values[i]
    part = (level - values[i]) / step if step else 0.0
    return times[i] + min(1.0, max(0.0, part)) * (times[i + 1] - times[i])


def _openness(eye: NDArray[np.float32]) -> float:
    """Eye aspect ratio of six points."""
    return (_length(eye[1] - eye[5]) + _length(eye[2] - eye[4])) / max(1.0, 2 * _length(eye[0] - eye[3]))


def _length(vector: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(vector))
