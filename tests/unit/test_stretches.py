"""Stretches of time are merged and spans are cut without losing a millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.stretches import merged, pieces

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def at(ms: float) -> datetime:
    return START + timedelta(milliseconds=ms)


def test_what_touches_or_overlaps_becomes_one_stretch() -> None:
    assert merged([(at(50), at(60)), (at(0), at(20)), (at(20), at(30)), (at(10), at(25))]) == [
        (at(0), at(30)),
        (at(50), at(60)),
    ]


def test_borders_are_cut_to_the_millisecond() -> None:
    assert merged([(at(0.9), at(10.9))]) == [(at(0), at(10))]


@pytest.mark.parametrize("stretch", [(at(5), at(5)), (at(6), at(5)), (at(5.1), at(5.9))])
def test_a_stretch_without_length_is_refused(stretch: tuple[datetime, datetime]) -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        merged([stretch])


def test_a_span_is_cut_at_the_borders() -> None:
    assert pieces((at(0), at(100)), [(at(20), at(30)), (at(90), at(200))]) == [
        (at(0), at(20), False),
        (at(20), at(30), True),
        (at(30), at(90), False),
        (at(90), at(100), True),
    ]
    assert pieces((at(10), at(20)), [(at(0), at(40))]) == [(at(10), at(20), True)]
    assert pieces((at(10), at(20)), [(at(20), at(40))]) == [(at(10), at(20), False)]


stretch = st.tuples(st.integers(0, 500), st.integers(1, 200)).map(lambda s: (at(s[0]), at(s[0] + s[1])))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(span=stretch, chosen=st.lists(stretch, max_size=6))
def test_pieces_join_up_to_the_span_and_each_is_wholly_inside_or_outside(span, chosen) -> None:
    times = merged(chosen)
    cut = pieces(span, times)
    assert [cut[0][0], *(end for _start, end, _inside in cut)] == [*(start for start, _end, _in in cut), span[1]]
    assert cut[0][0] == span[0]
    for start, end, inside in cut:
        assert start < end
        assert inside == any(first <= start and end <= last for first, last in times)
        assert inside or all(end <= first or last <= start for first, last in times)
