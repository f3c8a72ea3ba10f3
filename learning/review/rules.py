"""Which named reasons make a reviewer look first. Pure: facts in, reasons and a risk out; nothing is ever decided here.

Hints of idling and scripts weigh little each: only several of them together, or a plain one often, put a case in front.

Weights are values of the Ruleset. A reason weighs `weight × count`, at most `CAP × weight`; the risk is their sum,
at most 100. Source of the grounds: DOMAIN.md "Hours review".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

CAP = 3
RISK_MAX = 100


@dataclass(frozen=True)
class ReviewRules:
    """Section "review" of the Ruleset: weights of the reasons, and how a decision is taken back."""

    section: ClassVar[str] = "review"

    weight_no_snapshots: int = 60
    weight_mismatch: int = 30
    weight_incident: int = 25
    weight_camera_hint: int = 4
    weight_two_faces: int = 15
    weight_long_gap: int = 12
    weight_nobody: int = 5
    weight_doubtful: int = 8
    weight_liveness_failed: int = 4
    weight_long_day: int = 15
    weight_attested: int = 20  # study in the classroom: always looked at, so never below `some_risk`
    weight_end_missing: int = 25  # nobody attested the end, or the person had left before it
    gap_minutes: int = 30  # study longer than this without a snapshot of the person
    long_day_hours: int = 9  # credited clock hours in one day
    undo_minutes: int = 10
    spot_check_percent: int = 5
    high_risk: int = 50  # "look at these first"
    some_risk: int = 15

    # Hints of idling and scripts (learning/review/doings.py, hints.py).
    weight_automated: int = 20
    weight_even_rhythm: int = 15
    weight_device_turns: int = 15
    weight_around_clock: int = 12
    weight_shared_device: int = 7
    weight_silent: int = 8
    weight_hidden: int = 8
    weight_fast_answers: int = 6
    weight_untouched: int = 4
    weight_browser_changed: int = 4
    weight_far_switches: int = 4
    weight_wrong_answers: int = 4
    weight_nights: int = 3
    weight_odd_browser: int = 3
    weight_shared_address: int = 3
    rhythm_ms: int = 80  # beats that deviate less than this; a page's own jitter is 2.9 % of study.beat_s
    rhythm_beats: int = 30
    silent_minutes: int = 120  # credited time of sittings whose page reported less than half of it
    untouched_minutes: int = 120  # reported time of sittings without one movement, press or key
    hidden_minutes: int = 120  # at least so much was reported before a share says anything
    hidden_percent: int = 80
    weak_marks: int = 2  # so many small signs in one sitting
    shared_days: int = 30  # before and after the study
    shared_device_people: int = 2  # other people; a couple has one computer
    shared_address_people: int = 30  # a training room, an office, a dormitory have one address
    turn_minutes: int = 60
    turns: int = 2
    rest_hours: int = 4
    restless_hours: int = 20  # study without such a rest
    night_minutes: int = 10  # between midnight and 5 o'clock, to count as a night
    nights: int = 3  # more than these
    far_minutes: int = 10  # from one network to a far one
    far_switches: int = 3
    answers_least: int = 3
    wrong_percent: int = 50
    fast_answer_ms: int = 1000
    fast_percent: int = 80


@dataclass(frozen=True)
class Facts:
    """What was counted about the study under review (spans that count, and the camera sessions they lie in).

    `matches` are sightings of the person: matching snapshots and passed liveness checks.
    """

    matches: int = 0
    on_camera: bool = True  # some of the study was, or there is none
    mismatches: int = 0
    doubtful: int = 0
    nobody: int = 0
    two_faces: int = 0
    incidents: int = 0
    camera_hints: int = 0  # incidents that say little alone (proctoring.incidents.HINTS)
    liveness_failed: int = 0
    longest_gap_s: int = 0
    long_gaps: int = 0
    longest_day_s: int = 0
    long_days: int = 0
    attested: int = 0  # attestations in the classroom, and the credited seconds under them
    attested_s: int = 0
    end_missing: int = 0
    # Hints: how often, 0 where a threshold is not reached; `_s` their size.
    automated: int = 0
    even_rhythm: int = 0
    device_turns: int = 0
    around_clock: int = 0
    around_clock_s: int = 0
    shared_device: int = 0
    silent: int = 0
    silent_s: int = 0
    hidden: int = 0
    hidden_s: int = 0
    fast_answers: int = 0
    untouched: int = 0
    untouched_s: int = 0
    browser_changed: int = 0
    far_switches: int = 0
    wrong_answers: int = 0
    nights: int = 0
    odd_browser: int = 0
    shared_address: int = 0


@dataclass(frozen=True)
class Reason:
    """`count` times something that happened; `value` its size in seconds where it has one, else 0."""

    code: str
    count: int
    weight: int
    value: int = 0


HINTS = (
    "automated",
    "even_rhythm",
    "device_turns",
    "around_clock",
    "shared_device",
    "silent",
    "hidden",
    "fast_answers",
    "untouched",
    "browser_changed",
    "far_switches",
    "wrong_answers",
    "nights",
    "odd_browser",
    "shared_address",
)
REASONS = (
    "no_snapshots",
    "mismatch",
    "incident",
    "end_missing",
    "attested",
    "two_faces",
    "long_gap",
    "doubtful",
    "long_day",
    "nobody",
    "liveness_failed",
    "camera_hint",
    *HINTS,
)


def reasons_of(facts: Facts, rules: ReviewRules) -> list[Reason]:
    """The reasons that hold, heaviest first."""
    counts = {
        # Without one matching picture the whole study is without the person's own snapshot: gaps say nothing more.
        # Under an attestation there is no camera.
        "no_snapshots": (int(facts.matches == 0 and facts.on_camera), 0),
        "attested": (min(1, facts.attested), facts.attested_s),
        "end_missing": (facts.end_missing, 0),
        "mismatch": (facts.mismatches, 0),
        "incident": (facts.incidents, 0),
        "two_faces": (facts.two_faces, 0),
        "long_gap": (facts.long_gaps if facts.matches else 0, facts.longest_gap_s),
        "doubtful": (facts.doubtful, 0),
        "long_day": (facts.long_days, facts.longest_day_s),
        "nobody": (facts.nobody, 0),
        "liveness_failed": (facts.liveness_failed, 0),
        "camera_hint": (facts.camera_hints, 0),
    } | {code: (getattr(facts, code), getattr(facts, f"{code}_s", 0)) for code in HINTS}
    reasons = [
        Reason(code, count, weigh(getattr(rules, f"weight_{code}"), count), value)
        for code, (count, value) in counts.items()
        if count
    ]
    return sorted(reasons, key=lambda reason: (-reason.weight, REASONS.index(reason.code)))


def weigh(weight: int, count: int) -> int:
    return weight * min(count, CAP)


def risk_of(reasons: Iterable[Reason]) -> int:
    """0 (nothing found) to 100."""
    return min(RISK_MAX, sum(reason.weight for reason in reasons))


def gaps_without(
    spans: Sequence[tuple[datetime, datetime]], seen_at: Sequence[datetime], limit: timedelta
) -> list[timedelta]:
    """Stretches of credited study longer than `limit` in which the person was not seen.

    Pauses between spans are not study: a stretch counts only the credited time between two sightings, and every
    stretch is broken by a sighting, wherever it lies.
    """
    gaps: list[timedelta] = []
    running = timedelta(0)
    moments = sorted(seen_at)
    at = 0
    for start, end in sorted(spans):
        while at < len(moments) and moments[at] <= end:
            seen = moments[at]
            running += max(timedelta(0), seen - start)
            gaps.append(running)
            running, start = timedelta(0), max(start, seen)
            at += 1
        running += end - start
    gaps.append(running)
    return [gap for gap in gaps if gap > limit]


def may_undo(decided_at: datetime | None, at: datetime, rules: ReviewRules) -> bool:
    """Within the undo time, which is also how long the SMS waits."""
    return decided_at is not None and at < undo_until(decided_at, rules)


def undo_until(decided_at: datetime, rules: ReviewRules) -> datetime:
    return decided_at + timedelta(minutes=rules.undo_minutes)


def band_of(risk: int, rules: ReviewRules) -> str:
    """Where the queue shows it: high, some or none."""
    if risk >= rules.high_risk:
        return "high"
    return "some" if risk >= rules.some_risk else "none"
