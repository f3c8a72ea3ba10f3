"""The camera's rules on plain values."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from proctoring.rules import ProctoringRules, needs_check, seconds_to_look, seconds_to_snapshot, unverified_s

RULES = ProctoringRules()
START = datetime(2026, 3, 2, 9)


def minutes(*values: float) -> tuple[datetime, ...]:
    return tuple(START + timedelta(minutes=value) for value in values)


def test_snapshots_come_at_moments_nobody_can_foresee() -> None:
    rng = Random(1)
    waits = [seconds_to_snapshot(RULES, rng) for _ in range(4000)]
    assert min(waits) >= RULES.snapshot_min_gap_s
    assert max(waits) <= RULES.verified_s * 2 / 3
    assert sum(waits) / len(waits) == pytest.approx(RULES.snapshot_mean_s, rel=0.1)
    # Having waited tells nothing: of those that last three minutes, as many end in the next as of all after the gap.
    late = [wait for wait in waits if wait > 240]
    first = sum(60 < wait <= 120 for wait in waits) / len(waits)
    assert sum(wait <= 300 for wait in late) / len(late) == pytest.approx(first, abs=0.06)
    exam = [seconds_to_snapshot(RULES, rng, exam=True) for _ in range(2000)]
    assert (min(exam) >= RULES.exam_min_gap_s, sum(exam) / len(exam) < sum(waits) / len(waits)) == (True, True)


def test_a_lessons_look_falls_anywhere_but_at_its_end() -> None:
    looks = [seconds_to_look(40, Random(n).random()) for n in range(500)]
    assert 4 <= min(looks) < 6
    assert 30 < max(looks) <= 32


def test_time_outside_what_held_or_within_a_lapse_was_not_verified() -> None:
    a, b, c, d = minutes(0, 10, 12, 60)
    assert unverified_s(a, d, [(a, d)], []) == 0
    assert unverified_s(a, d, [(a, c)], []) == 48 * 60
    assert unverified_s(a, d, [(a, d)], [(b, c)]) == 120
    assert unverified_s(a, d, [], []) == 3600
    early, late = minutes(-5, 90)
    assert unverified_s(a, d, [(early, late)], [(early, a), (d, late)]) == 0


@pytest.mark.parametrize(
    ("outcomes", "marks", "code"),
    [
        ([], [], ""),
        (["review", "review"], ["", ""], ""),
        (["review"] * 3, [""] * 3, "camera.doubtful"),
        (["review", "match", "review", "review"], [""] * 4, ""),
        (["match"] * 5, ["0f"] * 5, "camera.still"),
        (["match"] * 4, ["0f"] * 4, ""),
        (["match"] * 5, ["0f", "0f", "", "0f", "0f"], ""),
        (["match"] * 5, ["0f", "0f", "0f", "0f", "ff0f"], ""),
    ],
)
def test_doubts_and_stillness_in_a_row_need_a_face_check(outcomes: list[str], marks: list[str], code: str) -> None:
    assert needs_check(outcomes, marks, RULES) == code
