"""The study record: a month of credited time, day by day, as bars and as words."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware

from cms.centre import words
from cms.centre.queries import StudyTime, study_time
from cms.durations import duration
from learning.models import CreditSpan, Enrolment, Lesson

DAY_MIN = 24 * 60


@dataclass(frozen=True)
class Bar:
    """A stretch of a day. `start` and `length` in minutes of the axis; `kind` on, off or cleared."""

    kind: str
    start: float
    length: float
    from_at: datetime
    to_at: datetime
    lesson: str
    why: str = ""

    @property
    def minutes(self) -> int:
        return max(1, round((self.to_at - self.from_at).total_seconds() / 60))


@dataclass
class Day:
    on: date
    bars: list[Bar] = field(default_factory=list)
    snapshots: int = 0

    @property
    def counted_minutes(self) -> int:
        return self._minutes("on")

    @property
    def lost_minutes(self) -> int:
        return self._minutes("off")

    @property
    def cleared_minutes(self) -> int:
        return self._minutes("cleared")

    def _minutes(self, kind: str) -> int:
        return round(sum((bar.to_at - bar.from_at).total_seconds() for bar in self.bars if bar.kind == kind) / 60)


@dataclass(frozen=True)
class Record:
    """`first_hour`: where the axis begins, 6 unless somebody studied earlier."""

    days: list[Day]
    first_hour: int

    @property
    def width(self) -> int:
        return (24 - self.first_hour) * 60

    @property
    def hours(self) -> list[int]:
        step = 3 if self.first_hour else 4
        return list(range(self.first_hour, 25, step))

    @property
    def grid(self) -> list[int]:
        return [(hour - self.first_hour) * 60 for hour in self.hours[1:-1]]

    def minutes(self, kind: str) -> int:
        return sum({"on": day.counted_minutes, "off": day.lost_minutes}[kind] for day in self.days)

    @property
    def counted(self) -> str:
        return duration(self.minutes("on") * 60_000) if self.minutes("on") else "0"

    @property
    def lost(self) -> str:
        return duration(self.minutes("off") * 60_000) if self.minutes("off") else "0"

    @property
    def studied_days(self) -> int:
        return sum(bool(day.counted_minutes) for day in self.days)


def months_of(enrolments: list[Enrolment], *, at: datetime) -> list[date]:
    """First days of the months in which something was credited, newest first; the running month always."""
    found = CreditSpan.objects.filter(enrolment__in=enrolments).datetimes("started_at", "month")
    months = {localtime(month).date().replace(day=1) for month in found} | {localtime(at).date().replace(day=1)}
    return sorted(months, reverse=True)


def record_of(enrolments: list[Enrolment], month: date) -> Record:
    """The days of one month with something in them, newest first."""
    first = _midnight(month)
    last = _midnight((month + timedelta(days=31)).replace(day=1))
    studied = study_time(enrolments, since=first, until=last)
    titles = dict(Lesson.objects.filter(pk__in=_lessons(studied.values())).values_list("pk", "title"))
    pieces = [piece for own in studied.values() for piece in _pieces(own, titles) if first <= piece[1] < last]
    first_hour = 0 if any(localtime(start).hour < 6 for _kind, start, *_rest in pieces) else 6
    days: dict[date, Day] = {}
    for kind, start, end, lesson, why in sorted(pieces, key=lambda piece: piece[1]):
        for a, b in _by_day(start, end):
            day = days.setdefault(a.date(), Day(a.date()))
            minute = (a.hour - first_hour) * 60 + a.minute + a.second / 60
            day.bars.append(
                Bar(kind, round(minute, 2), max(1.5, round((b - a).total_seconds() / 60, 2)), a, b, lesson, why)
            )
    _count_snapshots(studied.values(), days)
    return Record(sorted(days.values(), key=lambda day: day.on, reverse=True), first_hour)


def _lessons(times: Iterable[StudyTime]) -> set[int]:
    return {
        lesson for own in times for lesson in [span.lesson for span in own.spans] + [gap.lesson for gap in own.gaps]
    }


Piece = tuple[str, datetime, datetime, str, str]


def _pieces(own: StudyTime, titles: dict[int, str]) -> list[Piece]:
    spans = [("cleared" if s.voided else "on", s.start, s.end, titles.get(s.lesson, ""), "") for s in own.spans]
    gaps = [("off", g.start, g.end, titles.get(g.lesson, ""), words.gap_words(g.code)[0]) for g in own.gaps]
    return spans + gaps


def _by_day(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Local pieces that do not cross midnight."""
    start, end = localtime(start), localtime(end)
    pieces = []
    while start.date() < end.date():
        midnight = _midnight(start.date() + timedelta(days=1))
        pieces.append((start, midnight))
        start = midnight
    return [*pieces, (start, end)] if end > start else pieces


def _midnight(day: date) -> datetime:
    """The beginning of a day, where the site is."""
    return make_aware(datetime.combine(day, time.min))


def _count_snapshots(times: Iterable[StudyTime], days: dict[date, Day]) -> None:
    counts: dict[date, int] = defaultdict(int)
    for own in times:
        for at in own.snapshots:
            counts[localtime(at).date()] += 1
    for on, day in days.items():
        day.snapshots = counts[on]
