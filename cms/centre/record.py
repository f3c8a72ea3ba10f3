"""The study record: a month of credited time, day by day, as bars and as words."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware

from cms.centre import words
from cms.durations import length, seconds_of
from cms.pause_words import gap_words
from learning.models import CreditSpan, Enrolment, Lesson
from learning.queries import Progress
from learning.rules import ms_between
from learning.study_time import StudyTime, study_time

BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)  # before anybody studied here


@dataclass(frozen=True)
class Bar:
    """A stretch of a day. `start` and `length` in minutes of the axis; `kind` on, off, cleared, or end (no length)."""

    kind: str
    start: float
    length: float
    from_at: datetime
    to_at: datetime
    lesson: str
    why: str = ""

    @property
    def ms(self) -> int:
        return ms_between(self.from_at, self.to_at)


@dataclass
class Day:
    """`seconds` by kind of bar: cut so that the days add up to their month."""

    on: date
    bars: list[Bar] = field(default_factory=list)
    snapshots: int = 0
    seconds: dict[str, int] = field(default_factory=dict)

    def ms(self, kind: str) -> int:
        return sum(bar.ms for bar in self.bars if bar.kind == kind)

    @property
    def counted(self) -> str:
        return length(self.seconds["on"])

    @property
    def lost(self) -> str:
        return length(self.seconds["off"]) if self.seconds["off"] else ""

    @property
    def cleared(self) -> str:
        return length(self.seconds["cleared"]) if self.seconds["cleared"] else ""


@dataclass(frozen=True)
class LessonRow:
    """A lesson in the record: what is credited, when it was complete, and how often and why time did not count."""

    title: str
    time: str
    completed_at: datetime | None
    pauses: list[str]


@dataclass(frozen=True)
class LessonTable:
    enrolment: Enrolment
    rows: list[LessonRow]
    total: str


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

    def seconds(self, kind: str) -> int:
        return sum(day.seconds[kind] for day in self.days)

    @property
    def counted(self) -> str:
        return length(self.seconds("on"))

    @property
    def lost(self) -> str:
        return length(self.seconds("off"))

    @property
    def studied_days(self) -> int:
        return sum(bool(day.ms("on")) for day in self.days)


def months_of(enrolments: list[Enrolment], *, at: datetime) -> list[date]:
    """First days of the months in which something was credited, newest first; the running month always."""
    found = CreditSpan.objects.filter(enrolment__in=enrolments).datetimes("started_at", "month")
    months = {localtime(month).date().replace(day=1) for month in found} | {localtime(at).date().replace(day=1)}
    return sorted(months, reverse=True)


def studied_by(enrolments: list[Enrolment], *, at: datetime) -> dict[int, StudyTime]:
    """All study of some enrolments until `at`: six queries."""
    return study_time(enrolments, since=BEGINNING, until=at)


def record_of(studied: dict[int, StudyTime], titles: dict[int, str], month: date) -> Record:
    """The days of one month with something in them, newest first. `titles` of lessons, by id."""
    first, last = _midnight(month), _midnight((month + timedelta(days=31)).replace(day=1))
    pieces = [piece for own in studied.values() for piece in _pieces(own, titles) if first <= piece[1] < last]
    first_hour = 0 if any(localtime(start).hour < 6 for _kind, start, *_rest in pieces) else 6
    days: dict[date, Day] = {}
    for kind, start, end, lesson, why in sorted(pieces, key=lambda piece: piece[1]):
        for a, b in _by_day(start, end):
            day = days.setdefault(a.date(), Day(a.date()))
            minute = (a.hour - first_hour) * 60 + a.minute + a.second / 60
            width = 0 if kind == "end" else max(1.5, round((b - a).total_seconds() / 60, 2))
            day.bars.append(Bar(kind, round(minute, 2), width, a, b, lesson, why))
    _count_snapshots(studied.values(), days)
    ordered = sorted(days.values(), key=lambda day: day.on, reverse=True)
    for kind in ("on", "off", "cleared"):
        for day, seconds in zip(ordered, seconds_of(day.ms(kind) for day in ordered), strict=True):
            day.seconds[kind] = seconds
    return Record(ordered, first_hour)


def lesson_table(enrolment: Enrolment, progress: Progress, own: StudyTime) -> LessonTable:
    """Each lesson of the plan that was begun. The times add up to the total."""
    pauses: dict[int, Counter[str]] = defaultdict(Counter)
    lost: dict[int, Counter[str]] = defaultdict(Counter)
    for gap in own.gaps + own.ends:
        pauses[gap.lesson][gap.code] += 1
        lost[gap.lesson][gap.code] += gap.seconds
    begun = [line for line in progress.lessons if line.credited_ms or pauses[line.lesson_id]]
    seconds = seconds_of(line.credited_ms for line in begun)
    rows = [
        LessonRow(
            line.title,
            length(time),
            line.completed_at,
            [words.pauses(code, n, lost[line.lesson_id][code]) for code, n in pauses[line.lesson_id].most_common()],
        )
        for line, time in zip(begun, seconds, strict=True)
    ]
    return LessonTable(enrolment, rows, length(sum(seconds)))


def titles_of(studied: dict[int, StudyTime]) -> dict[int, str]:
    """The titles of all lessons that occur, by id."""
    lessons = {span.lesson for own in studied.values() for span in own.spans}
    lessons |= {gap.lesson for own in studied.values() for gap in [*own.gaps, *own.ends]}
    return dict(Lesson.objects.filter(pk__in=lessons).values_list("pk", "title"))


Piece = tuple[str, datetime, datetime, str, str]


def _pieces(own: StudyTime, titles: dict[int, str]) -> list[Piece]:
    spans = [("cleared" if s.voided else "on", s.start, s.end, titles.get(s.lesson, ""), "") for s in own.spans]
    gaps = [("off", g.start, g.end, titles.get(g.lesson, ""), gap_words(g.code)[0]) for g in own.gaps]
    ends = [("end", e.start, e.end, titles.get(e.lesson, ""), gap_words(e.code)[0]) for e in own.ends]
    return spans + gaps + ends


def _by_day(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Local pieces that do not cross midnight; what has no length stays one piece."""
    start, end = localtime(start), localtime(end)
    if start == end:
        return [(start, end)]
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
