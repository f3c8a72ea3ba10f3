"""How far somebody of a class is, compared with its calendar."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from learning.class_rules import share_of_window, standing_of

WINDOW = (date(2026, 3, 1), date(2026, 3, 10))


@pytest.mark.parametrize(
    ("today", "share"),
    [
        (date(2026, 2, 1), Fraction(0)),
        (date(2026, 3, 1), Fraction(0)),
        (date(2026, 3, 6), Fraction(1, 2)),
        (date(2026, 3, 10), Fraction(9, 10)),
        (date(2026, 3, 11), Fraction(1)),
        (date(2026, 8, 1), Fraction(1)),
    ],
)
def test_the_share_of_the_days_that_have_passed(today: date, share: Fraction) -> None:
    assert share_of_window(*WINDOW, today) == share


def test_a_class_of_one_day_has_not_passed_on_its_day() -> None:
    assert share_of_window(date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 1)) == 0


@pytest.mark.parametrize(
    ("done", "complete", "exam", "standing"),
    [
        (Fraction(0), False, "closed", "not_started"),
        (Fraction(49, 100), False, "closed", "behind"),
        (Fraction(1, 2), False, "closed", "on_time"),
        (Fraction(1), True, "closed", "complete"),
        (Fraction(1), True, "open", "exam_open"),
        (Fraction(1), True, "passed", "passed"),
        (Fraction(0), False, "passed", "not_started"),  # cleared: the hours are studied again
    ],
)
def test_standing_half_way_through(done: Fraction, complete: bool, exam: str, standing: str) -> None:
    assert standing_of(done=done, complete=complete, exam=exam, passed_share=Fraction(1, 2)) == standing
