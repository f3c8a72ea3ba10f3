"""What a beat earns, on plain values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from learning import rules
from learning.rules import Sitting, seconds_to_credit

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def sitting(**values: object) -> Sitting:
    common = {
        "last_beat_at": START,
        "playing": True,
        "credited_ms": 0,
        "duration_ms": 2_700_000,
        "cap_ms": 20_000,
        "verified_until": START + timedelta(minutes=15),
    }
    return Sitting(**(common | values))  # type: ignore[arg-type]


def earned(after_s: float, **values: object) -> int:
    return seconds_to_credit(sitting(**values), START + timedelta(seconds=after_s), TODAY)


def test_ten_seconds_of_watching_are_ten_seconds_of_credit() -> None:
    assert earned(10) == 10_000


def test_a_late_beat_earns_no_more_than_the_cap() -> None:
    assert earned(600) == 20_000


def test_a_paused_video_earns_nothing() -> None:
    assert earned(10, playing=False) == 0


def test_a_clock_that_steps_back_earns_nothing() -> None:
    assert earned(-30) == 0


def test_time_counts_only_until_the_camera_check_ended() -> None:
    assert earned(10, verified_until=START + timedelta(seconds=4)) == 4_000
    assert earned(10, verified_until=START - timedelta(seconds=4)) == 0
    assert earned(10, verified_until=None) == 0


def test_time_counts_only_from_when_the_camera_check_was_passed() -> None:
    assert earned(10, verified_at=START + timedelta(seconds=7)) == 3_000


def test_a_lesson_never_has_more_credit_than_its_length() -> None:
    assert earned(10, credited_ms=35_000, duration_ms=40_000) == 5_000


def test_the_daily_cap_counts_the_whole_day_and_starts_anew_the_next() -> None:
    today = {"day_cap_ms": 3_600_000, "day": TODAY, "day_credited_ms": 3_595_000}
    assert earned(10, **today) == 5_000
    assert earned(10, **today | {"day": date(2026, 3, 1)}) == 10_000


@pytest.mark.parametrize(
    ("credited_ms", "edge"), [(0, 6), (1, 7), (4_000, 7), (4_001, 8), (2_600_000, 656), (2_700_000, 675)]
)
def test_segments_are_released_up_to_the_credited_position_plus_the_buffer(credited_ms: int, edge: int) -> None:
    assert rules.released_edge(credited_ms, 24_000, 4_000, 675) == edge


def test_the_buffer_is_long_enough_to_play_without_a_stop() -> None:
    values = rules.StudyRules()
    assert values.buffer_s >= values.beat_s + 2 * values.segment_s


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "counting"),
        ({"playing": False}, "paused:not_playing"),
        ({"verified_until": START}, "paused:camera.expired"),
        ({"verified_until": None}, "paused:camera.expired"),
        ({"day_left_ms": 0}, "paused:daily_cap"),
        ({"complete": True, "verified_until": None}, "paused:complete"),
    ],
)
def test_the_page_is_told_why_time_does_not_count(change: dict[str, object], state: str) -> None:
    common = {
        "playing": True,
        "complete": False,
        "at": START,
        "verified_until": START + timedelta(minutes=1),
        "day_left_ms": None,
    }
    assert rules.state_of(**(common | change)) == state  # type: ignore[arg-type]


def test_hours_are_shares_of_the_lessons_and_never_rounded_up() -> None:
    assert rules.hours_of_lesson(Decimal("1.5"), 1_350_000, 2_700_000) == Decimal("0.75")
    assert rules.shown_hours(Decimal("31.99")) == Decimal("31.9")
    assert rules.hours_worth(2_699_999, 2_700) == Decimal("0.99")
    assert rules.hours_worth(40_000, 10) == Decimal("4.00")


def test_a_plan_must_add_up_to_the_required_hours() -> None:
    assert rules.plan_adds_up([Decimal("30.5"), Decimal("1.5")], Decimal(32))
    assert not rules.plan_adds_up([Decimal("30.5"), Decimal("1.4")], Decimal(32))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, ""),
        ({"holder_matches": False}, "unknown"),
        ({"valid": False}, "not_valid"),
        ({"position_code": "105"}, "position"),
        ({"issued_on": date(2014, 12, 31)}, "issue_year"),
        ({"issued_on": date(2019, 1, 1)}, "issue_year"),
        ({"on": date(2021, 1, 1)}, "closed"),
        ({"on": date(2020, 12, 31)}, ""),
    ],
)
def test_guangdong_2020_says_who_may_enrol(change: dict[str, object], refusal: str) -> None:
    common = {
        "holder_matches": True,
        "valid": True,
        "position_code": "101",
        "issued_on": date(2016, 7, 1),
        "on": date(2020, 6, 1),
        "rules": rules.EligibilityRules(),
    }
    assert rules.refusal_of(**(common | change)) == refusal  # type: ignore[arg-type]
