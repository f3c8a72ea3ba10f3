"""When a fee notice holds, and that no two hold for one position on one day."""

from __future__ import annotations

from datetime import date

import pytest

from cms.fee_rules import (
    ARCHIVED,
    COMING,
    IN_FORCE,
    Notice,
    codes_of,
    collision_of,
    ending,
    overlap,
    state_of,
    uncovered,
)

JAN, JUN, JUL, DEC = date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31)


def notice(start: date, end: date | None = None, *codes: str, title: str = "公示") -> Notice:
    return Notice(title, frozenset(codes or ("101",)), start, end)


@pytest.mark.parametrize(
    ("start", "end", "on", "state"),
    [
        (JUL, None, JUN, COMING), (JUL, None, JUL, IN_FORCE), (JAN, JUN, JUN, IN_FORCE), (JAN, JUN, JUL, ARCHIVED),
        (JAN, None, DEC, IN_FORCE),
    ],
)  # fmt: skip
def test_both_days_belong_to_the_notice(start: date, end: date | None, on: date, state: str) -> None:
    assert state_of(start, end, on) == state


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (notice(JAN, JUN), notice(JUL), False), (notice(JAN, JUL), notice(JUL), True), (notice(JAN), notice(DEC), True),
        (notice(JUL, DEC), notice(JAN, JUN), False), (notice(JAN, DEC), notice(JUN, JUL), True),
    ],
)  # fmt: skip
def test_notices_overlap_where_one_day_is_of_both(one: Notice, other: Notice, both: bool) -> None:
    assert (overlap(one, other), overlap(other, one)) == (both, both)


def test_only_shared_positions_collide() -> None:
    others = [notice(JAN, None, "106"), notice(JAN, None, "102", "101", title="旧公示")]
    found = collision_of(notice(JUL, None, "101", "103"), others)
    assert found is not None
    assert (found.other.title, found.codes) == ("旧公示", ("101",))
    assert collision_of(notice(JUL, None, "103"), others) is None


def test_codes_are_read_with_or_without_blanks() -> None:
    assert codes_of(" 101, 106,") == ["101", "106"]


def test_a_position_is_uncovered_where_no_notice_holds_on_the_day() -> None:
    notices = [notice(JAN, JUN, "101"), notice(JUL, None, "102")]
    assert uncovered(["101", "102", "103"], notices, JUN) == ("102", "103")
    assert uncovered(["101", "102", "103"], notices, JUL) == ("101", "103")


@pytest.mark.parametrize(
    ("after", "on", "found"),
    [
        ([], date(2026, 5, 31), True), ([], date(2026, 5, 30), False), ([], JUN, True), ([], JUL, False),
        ([notice(JUL, None, "101", "102")], JUN, False), ([notice(JUL, None, "101")], JUN, True),
        ([notice(date(2026, 7, 2), None, "101", "102")], JUN, True),
    ],
)  # fmt: skip
def test_a_notice_ends_soon_where_none_follows_for_one_of_its_positions(
    after: list[Notice], on: date, found: bool
) -> None:
    ends = notice(JAN, JUN, "101", "102", title="到期")
    assert ending([ends, *after, notice(JAN, None, "103")], on, 30) == ([ends] if found else [])
