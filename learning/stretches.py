"""Stretches of time, to the millisecond: pure functions. A stretch is (start, end) of aware datetimes, end excluded."""

from collections.abc import Iterable, Sequence
from datetime import datetime

Stretch = tuple[datetime, datetime]


def to_ms(at: datetime) -> datetime:
    """Cut to the millisecond, as all times of credit are."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order of time, what touches or overlaps as one. Raises ValueError for one without length."""
    found: list[Stretch] = []
    for start, end in sorted((to_ms(start), to_ms(end)) for start, end in stretches):
        if start >= end:
            raise ValueError("a stretch ends after it begins")
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def pieces(span: Stretch, chosen: Sequence[Stretch]) -> list[tuple[datetime, datetime, bool]]:
    """`span` cut at the borders of `chosen` (merged): its pieces in order, and whether each lies inside."""
    reached, end = span
    found: list[tuple[datetime, datetime, bool]] = []
    for first, last in chosen:
        first, last = max(first, reached), min(last, end)
        if first >= last:
            continue
        if reached < first:
            found.append((reached, first, False))
        found.append((first, last, True))
        reached = last
    return [*found, (reached, end, False)] if reached < end else found
