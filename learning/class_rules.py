"""How far somebody of a class is, compared with its calendar: pure rules on plain values."""

from datetime import date
from fractions import Fraction

STANDINGS = ("not_started", "behind", "on_time", "complete", "exam_open", "passed")


def share_of_window(starts_on: date, ends_on: date, today: date) -> Fraction:
    """How much of the days of study has passed before `today`: 0 to 1; its last day is the person's own."""
    days = (ends_on - starts_on).days + 1
    return min(Fraction(1), max(Fraction(0), Fraction((today - starts_on).days, days)))


def standing_of(*, done: Fraction, complete: bool, exam: str, passed_share: Fraction) -> str:
    """One of `STANDINGS`. `done` is the share of the hours, `passed_share` that of the days, `exam` the exam's state.

    Hours come first: whose hours were cleared studies again, although the exam's result stays.
    """
    if not complete:
        if done <= 0:
            return "not_started"
        return "behind" if done < passed_share else "on_time"
    return {"passed": "passed", "open": "exam_open"}.get(exam, "complete")
