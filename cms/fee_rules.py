"""When a fee notice holds, and that no two hold for one position on one day: pure functions on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

COMING, IN_FORCE, ARCHIVED = "coming", "in_force", "archived"


@dataclass(frozen=True)
class Notice:
    """What of a published fee notice decides. Both days are of it; `valid_to` None: until another one follows."""

    title: str
    codes: frozenset[str]
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class Collision:
    """Another notice that holds for some of the same positions on some of the same days."""

    other: Notice
    codes: tuple[str, ...]


def codes_of(text: str) -> list[str]:
    """`"101, 106"` → the two codes."""
    return [code for code in text.replace(" ", "").split(",") if code]


def state_of(valid_from: date, valid_to: date | None, on: date) -> str:
    """`COMING`, `IN_FORCE` or `ARCHIVED`."""
    if on < valid_from:
        return COMING
    return ARCHIVED if valid_to is not None and valid_to < on else IN_FORCE


def overlap(one: Notice, other: Notice) -> bool:
    """Whether both hold on some day."""
    return (one.valid_to is None or other.valid_from <= one.valid_to) and (
        other.valid_to is None or one.valid_from <= other.valid_to
    )


def uncovered(codes: Iterable[str], notices: Iterable[Notice], on: date) -> tuple[str, ...]:
    """Those of `codes` for which no notice holds on a day."""
    held = {code for one in notices if state_of(one.valid_from, one.valid_to, on) == IN_FORCE for code in one.codes}
    return tuple(code for code in codes if code not in held)


def ending(notices: Iterable[Notice], on: date, days: int) -> list[Notice]:
    """Those in force that end within so many days and leave a position without one the day after; the first first."""
    known = list(notices)
    soon = [
        one for one in known
        if one.valid_to is not None
        and state_of(one.valid_from, one.valid_to, on) == IN_FORCE
        and one.valid_to <= on + timedelta(days)
        and uncovered(one.codes, known, one.valid_to + timedelta(1))
    ]  # fmt: skip
    return sorted(soon, key=lambda one: (one.valid_to or on, one.title))


def collision_of(notice: Notice, others: Iterable[Notice]) -> Collision | None:
    """The first of `others` that stands in the way of `notice`."""
    for other in others:
        shared = notice.codes & other.codes
        if shared and overlap(notice, other):
            return Collision(other, tuple(sorted(shared)))
    return None
