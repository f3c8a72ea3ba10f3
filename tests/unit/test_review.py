"""Which reasons put a case in front, and that no number of reasons decides anything."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.review.rules import (
    CAP,
    REASONS,
    RISK_MAX,
    Facts,
    Reason,
    ReviewRules,
    band_of,
    gaps_without,
    may_undo,
    reasons_of,
    risk_of,
)

RULES = ReviewRules()
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
counts = st.integers(0, 200)
facts = st.builds(Facts, **dict.fromkeys(Facts.__dataclass_fields__, counts))


def minutes(start: int, end: int) -> tuple[datetime, datetime]:
    return NOON + timedelta(minutes=start), NOON + timedelta(minutes=end)


@settings(suppress_health_check=[HealthCheck.too_slow])  # many fields, on a busy machine
@given(facts)
def test_a_risk_is_the_sum_of_named_reasons_and_never_more_than_a_hundred(facts):
    reasons = reasons_of(facts, RULES)
    assert {reason.code for reason in reasons} <= set(REASONS)
    assert len({reason.code for reason in reasons}) == len(reasons)
    assert risk_of(reasons) == min(RISK_MAX, sum(reason.weight for reason in reasons))
    assert [r.weight for r in reasons] == sorted((r.weight for r in reasons), reverse=True)
    assert all(r.weight <= CAP * getattr(RULES, f"weight_{r.code}") and r.count > 0 for r in reasons)


def test_clean_study_has_no_reason_and_no_risk():
    assert reasons_of(Facts(matches=40), RULES) == []
    assert risk_of([]) == 0
    assert band_of(0, RULES) == "none"


def test_study_without_one_picture_of_the_person_comes_first():
    reasons = reasons_of(Facts(matches=0, long_gaps=3, longest_gap_s=9000, nobody=2), RULES)
    assert reasons == [Reason("no_snapshots", 1, 60), Reason("nobody", 2, 10)]
    assert band_of(risk_of(reasons), RULES) == "high"


def test_one_mismatch_and_three_doubtful_snapshots_are_named_with_their_weights():
    reasons = reasons_of(Facts(matches=120, mismatches=1, doubtful=3, long_days=1, longest_day_s=34_560), RULES)
    assert reasons == [Reason("mismatch", 1, 30), Reason("doubtful", 3, 24), Reason("long_day", 1, 15, 34_560)]
    assert risk_of(reasons) == 69


def test_a_hundred_doubtful_pictures_weigh_no_more_than_three():
    assert reasons_of(Facts(matches=1, doubtful=100), RULES) == [Reason("doubtful", 100, 24)]


@pytest.mark.parametrize(
    ("spans", "seen", "expected"),
    [
        ([minutes(0, 40)], [20], []),
        ([minutes(0, 40)], [], [40]),
        ([minutes(0, 100)], [31], [31, 69]),
        ([minutes(0, 20), minutes(200, 220)], [], [40]),  # a pause is no study, and no sighting either
        ([minutes(0, 20), minutes(200, 220)], [100], []),  # seen in the pause
        ([minutes(0, 20), minutes(60, 100)], [-5, 10, 61], [39]),
        ([], [5], []),
    ],
)
def test_a_gap_is_credited_study_between_two_sightings(spans, seen, expected):
    moments = [NOON + timedelta(minutes=m) for m in seen]
    found = gaps_without(spans, moments, timedelta(minutes=30))
    assert found == [timedelta(minutes=m) for m in expected]


@given(
    st.lists(st.integers(1, 60), max_size=8),
    st.lists(st.integers(0, 600), max_size=8),
)
def test_gaps_never_hold_more_than_was_studied(lengths, seen):
    spans, start = [], 0
    for length in lengths:
        spans.append(minutes(start, start + length))
        start += length + 7
    moments = [NOON + timedelta(minutes=m) for m in seen]
    gaps = gaps_without(spans, moments, timedelta(0))
    assert sum(gaps, timedelta(0)) == timedelta(minutes=sum(lengths))


def test_a_decision_can_be_taken_back_for_ten_minutes():
    assert may_undo(NOON, NOON + timedelta(minutes=9, seconds=59), RULES)
    assert not may_undo(NOON, NOON + timedelta(minutes=10), RULES)
    assert not may_undo(None, NOON, RULES)
