"""Rules of study and eligibility: pure functions on plain values. Source: DOMAIN.md, "Rules of the province".

Credit is counted in whole milliseconds; times are aware datetimes cut to milliseconds. `learning/beats_sql.py` states
the same rules in SQL; `tests/unit/test_credit_agreement.py` keeps the two equal over random histories.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_DOWN, Decimal
from math import ceil, log
from typing import ClassVar

POSITION_CODES = ("101", "102", "103", "104", "106", "107", "108", "109", "111", "112", "113", "114", "115")
MS = timedelta(milliseconds=1)
MINUTES_OF_DAY = 1440


@dataclass(frozen=True)
class StudyRules:
    """Section `study`. Seconds unless the name says otherwise."""

    section: ClassVar[str] = "study"

    hour_s: int = 2700  # one study hour: 45 minutes
    hours_required: int = 32  # study hours a year
    beat_s: int = 10  # how often the page beats
    beat_cap_s: int = 20  # the most that one beat can earn
    segment_s: int = 4
    buffer_s: int = 24  # released beyond the credited position; at least beat_s + 2 × segment_s
    daily_cap_hours: int = 12  # clock hours a person may earn in a day; 0: no limit
    opens_minute: int = 0  # minutes after midnight of the province between which study counts;
    closes_minute: int = 1440  # 0 and 1440: all day
    idle_s: int = 600  # a sitting without a beat for this long is over
    segment_url_s: int = 180  # how long a signed segment address is good for
    question_every_s: int = 0  # mean time to the next question on the lesson; 0: none are asked
    question_answer_s: int = 90  # so long an asked question may stand open before time stops counting
    question_wait_s: int = 5  # between two answers, so that guessing is slower than reading


@dataclass(frozen=True)
class EligibilityRules:
    """Section `eligibility`: whose post certificate entitles to continuing education."""

    section: ClassVar[str] = "eligibility"

    first_issue_year: int = 2015
    last_issue_year: int = 2018
    renewal_closes_on: date = date(2020, 12, 31)
    position_codes: tuple[str, ...] = field(default=POSITION_CODES)
    youngest_age: int = 0  # full years on the day of enrolling; 0: no limit
    oldest_age: int = 0
    refund_days: int = 7  # days after payment in which fees are paid back to who has not begun


# --- credit -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sitting:
    """What a beat meets: the live session, its camera and the progress of its lesson."""

    last_beat_at: datetime
    playing: bool
    credited_ms: int
    duration_ms: int
    cap_ms: int
    verified_until: datetime | None
    verified_at: datetime | None = None
    day_cap_ms: int = 0
    day: date | None = None
    day_credited_ms: int = 0
    resumed_at: datetime | None = None  # a question was answered late: time counts from here on
    answer_by: datetime | None = None  # an asked question stands open; time counts to here
    opens_minute: int = 0
    closes_minute: int = MINUTES_OF_DAY
    zone: tzinfo = UTC


def day_window(at: datetime, opens_minute: int, closes_minute: int, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """When study counts on the day of `at` in `zone`; None where it always does."""
    if (opens_minute, closes_minute) == (0, MINUTES_OF_DAY):
        return None
    midnight = datetime.combine(at.astimezone(zone).date(), time.min, zone)
    return midnight + timedelta(minutes=opens_minute), midnight + timedelta(minutes=closes_minute)


def is_open_at(at: datetime, opens_minute: int, closes_minute: int, zone: tzinfo) -> bool:
    """Whether study counts at this time of day."""
    window = day_window(at, opens_minute, closes_minute, zone)
    return window is None or window[0] <= at < window[1]


def ms_between(start: datetime, end: datetime) -> int:
    """Whole milliseconds from `start` to `end`, never negative."""
    return max(0, (end - start) // MS)


def seconds_to_credit(sitting: Sitting, at: datetime, day: date) -> int:
    """Milliseconds that a beat at `at` (on the province's day `day`) earns.

    Server time since the last accepted beat (or since the camera check that was passed, or the question that was
    answered late, after it), if the page was playing then; no more than the cap, than the check lasted, than an open
    question may wait, than the lesson has left, than the day allows and than the hours of study last.
    """
    if not sitting.playing or sitting.verified_until is None:
        return 0
    since = max(moment for moment in (sitting.last_beat_at, sitting.verified_at, sitting.resumed_at) if moment)
    window = day_window(since, sitting.opens_minute, sitting.closes_minute, sitting.zone)
    if window is not None and since < window[0]:
        return 0
    limits = [
        ms_between(since, at),
        sitting.cap_ms,
        ms_between(since, sitting.verified_until),
        sitting.duration_ms - sitting.credited_ms,
    ]
    if window is not None:
        limits.append(ms_between(since, window[1]))
    if sitting.answer_by is not None:
        limits.append(ms_between(since, sitting.answer_by))
    if sitting.day_cap_ms:
        used = sitting.day_credited_ms if sitting.day == day else 0
        limits.append(max(0, sitting.day_cap_ms - used))
    return min(limits)


def released_edge(credited_ms: int, buffer_ms: int, segment_ms: int, segments: int) -> int:
    """How many segments, from the first, the page may have: up to the credited position plus the buffer."""
    return min(segments, ceil((credited_ms + buffer_ms) / segment_ms))


def state_of(
    *,
    playing: bool,
    complete: bool,
    at: datetime,
    verified_until: datetime | None,
    day_left_ms: int | None,
    answer_by: datetime | None = None,
    is_open: bool = True,
) -> str:
    """`counting`, or `paused:<code>` with the first reason that holds time back after a beat at `at`."""
    if complete:
        return "paused:complete"
    if not is_open:
        return "paused:hours"
    if day_left_ms is not None and day_left_ms <= 0:
        return "paused:daily_cap"
    if verified_until is None or verified_until <= at:
        return "paused:camera.expired"
    if answer_by is not None and answer_by <= at:
        return "paused:question"
    return "counting" if playing else "paused:not_playing"


def next_question_s(mean_s: int, drawn: float) -> float:
    """Seconds to the next question: exponential with this mean, so that waiting tells nothing; between a quarter of it
    and its triple. `drawn` is uniform in [0, 1)."""
    return min(3.0 * mean_s, max(0.25 * mean_s, -log(1 - drawn) * mean_s))


# --- hours --------------------------------------------------------------------------------------------------------


def hours_of_lesson(hours: Decimal, credited_ms: int, duration_ms: int) -> Decimal:
    """Study hours earned of a lesson worth `hours`: its share by credited length, unrounded."""
    return hours * min(credited_ms, duration_ms) / duration_ms if duration_ms else Decimal(0)


def hours_worth(duration_ms: int, hour_s: int) -> Decimal:
    """The most study hours a medium of this length can be worth, cut to hundredths."""
    return (Decimal(duration_ms) / (hour_s * 1000)).quantize(Decimal("0.01"), ROUND_DOWN)


def shown_hours(hours: Decimal) -> Decimal:
    """Hours as people see them: tenths, never rounded up."""
    return hours.quantize(Decimal("0.1"), ROUND_DOWN)


def plan_adds_up(hours: Iterable[Decimal], required: Decimal) -> bool:
    """Whether the lessons of a plan are worth at least the required hours."""
    return sum(hours, Decimal(0)) >= required


# --- eligibility --------------------------------------------------------------------------------------------------


def refusal_of(
    *, holder_matches: bool, valid: bool, position_code: str, issued_on: date, on: date, rules: EligibilityRules
) -> str:
    """Why this post certificate does not entitle to enrol on the day `on`; empty if it does.

    Codes: `unknown` (also another person's: the two look alike on purpose), `not_valid`, `position`, `issue_year`,
    `closed`.
    """
    if not holder_matches:
        return "unknown"
    if not valid:
        return "not_valid"
    if position_code not in rules.position_codes:
        return "position"
    if not rules.first_issue_year <= issued_on.year <= rules.last_issue_year:
        return "issue_year"
    return "closed" if on > rules.renewal_closes_on else ""
