"""What the times, places and doings of study look like: pure functions on plain values, behind the hints of a review.

None of them proves anything: people work nights, share a computer, watch a lesson without touching the mouse.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

NIGHT_ENDS = time(5)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Stay:
    """From the first to the last credited moment of one camera session, and the address it came from."""

    start: datetime
    end: datetime
    address: str


@dataclass(frozen=True)
class Answer:
    """An answer to a question on the lesson; `after` is the time since it was asked, None for a second try."""

    right: bool
    in_time: bool
    after: timedelta | None


def without_rest(stretches: Iterable[Stretch], rest: timedelta, limit: timedelta) -> list[timedelta]:
    """How long it went on from the first to the last credited moment, wherever no pause reached `rest` in more than
    `limit`."""
    found: list[timedelta] = []
    begin = last = None
    for start, end in sorted(stretches):
        if begin is None or last is None or start - last >= rest:
            if begin is not None and last is not None:
                found.append(last - begin)
            begin, last = start, end
        else:
            last = max(last, end)
    if begin is not None and last is not None:
        found.append(last - begin)
    return [length for length in found if length > limit]


def nights(stretches: Iterable[Stretch], zone: tzinfo) -> dict[date, timedelta]:
    """Credited time between midnight and 5 o'clock in `zone`, by day."""
    found: dict[date, timedelta] = defaultdict(timedelta)
    for start, end in stretches:
        day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last:
            midnight = datetime.combine(day, time.min, zone)
            inside = min(end, datetime.combine(day, NIGHT_ENDS, zone)) - max(start, midnight)
            if inside > timedelta(0):
                found[day] += inside
            day += timedelta(days=1)
    return dict(found)


def network_of(address: str | None) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The wide network of an address (/16, of IPv6 /32); None for none, for nonsense and for the server's own."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return None
    return ipaddress.ip_network((found, 16 if found.version == 4 else 32), strict=False)


def are_far(one: str, other: str) -> bool:
    """Whether two addresses lie in different wide networks. IPv4 and IPv6 are not compared: one line has both."""
    first, second = network_of(one), network_of(other)
    return first is not None and second is not None and first.version == second.version and first != second


def switches(stays: Iterable[Stay], within: timedelta) -> int:
    """How often study went on from a far network less than `within` after it had stopped (or before)."""
    ordered = sorted(stays, key=lambda stay: stay.start)
    return sum(are_far(one.address, two.address) and two.start - one.end < within for one, two in pairwise(ordered))


def turns(mine: Sequence[datetime], others: Iterable[datetime], within: timedelta) -> int:
    """How many sittings of others began between two of this person's on the same device, both less than `within` away.

    People who follow each other on a computer of a training room do not come back in between.
    """
    return sum(
        any(timedelta(0) < other - one < within for one in mine)
        and any(timedelta(0) < one - other < within for one in mine)
        for other in others
    )


def wrong(answers: Sequence[Answer], least: int, percent: int) -> int:
    """How many answers were wrong or too late, where that is more than `percent` of at least `least`."""
    bad = sum(not (answer.right and answer.in_time) for answer in answers)
    return bad if len(answers) >= least and 100 * bad > percent * len(answers) else 0


def too_fast(answers: Sequence[Answer], limit: timedelta, least: int, percent: int) -> int:
    """How many first answers came before anybody can have read the question, where that is the rule."""
    first = [answer.after for answer in answers if answer.after is not None]
    fast = sum(after < limit for after in first)
    return fast if len(first) >= least and 100 * fast >= percent * len(first) else 0
