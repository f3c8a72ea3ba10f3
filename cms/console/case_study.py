"""The study of a case in words, day by day: lessons, stretches that count, pauses with their reasons, side by side."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.timezone import localtime

from cms.durations import length, seconds_of
from cms.pause_words import gap_words
from learning.pauses import Gap
from learning.review.case import Day, Shot


@dataclass(frozen=True)
class Stretch:
    """A stretch that counts, and what names it in the form."""

    id: int
    when: str
    time: str
    ms: int
    pictures: int
    doubts: int


@dataclass(frozen=True)
class Pause:
    when: str
    time: str
    why: str


@dataclass(frozen=True)
class LessonOfDay:
    title: str
    time: str
    stretches: list[Stretch]
    pauses: list[Pause]


@dataclass(frozen=True)
class StudyDay:
    """One day; `value` as the form takes it."""

    label: str
    value: str
    time: str
    pictures: int
    doubts: int
    lessons: list[LessonOfDay]


def study_days(days: list[Day], shots: list[Shot], titles: dict[int, str]) -> list[StudyDay]:
    """In order of time. Seconds are cut so that stretches add up to their lesson, lessons to their day."""
    return [_day(day, [shot for shot in shots if localtime(shot.taken_at).date() == day.on], titles) for day in days]


def _day(day: Day, shots: list[Shot], titles: dict[int, str]) -> StudyDay:
    ordered = sorted(day.spans, key=lambda span: (_first(day, span.lesson_id), span.started_at))
    seconds = dict(zip((span.id for span in ordered), seconds_of(s.credited_ms for s in ordered), strict=True))
    lessons: dict[int, list[Stretch]] = {}
    sums: dict[int, int] = {}
    for span in ordered:
        inside = [shot for shot in shots if span.started_at <= shot.taken_at <= span.ended_at]
        lessons.setdefault(span.lesson_id, []).append(
            Stretch(
                span.id,
                period(span.started_at, span.ended_at),
                length(seconds[span.id]),
                span.credited_ms,
                len(inside),
                sum(not shot.is_match for shot in inside),
            )
        )
        sums[span.lesson_id] = sums.get(span.lesson_id, 0) + seconds[span.id]
    for gap in day.pauses:  # a lesson that was opened that day without credit
        lessons.setdefault(gap.lesson, [])
    return StudyDay(
        label=formats.date_format(day.on, "m-d D"),
        value=f"{day.on:%Y-%m-%d}",
        time=length(sum(seconds.values())),
        pictures=len(shots),
        doubts=sum(not shot.is_match for shot in shots),
        lessons=[
            LessonOfDay(
                titles.get(pk, ""),
                length(sums.get(pk, 0)),
                found,
                [_pause(gap) for gap in day.pauses if gap.lesson == pk],
            )
            for pk, found in lessons.items()
        ],
    )


def _first(day: Day, lesson_id: int) -> datetime:
    return min(span.started_at for span in day.spans if span.lesson_id == lesson_id)


def _pauses(day: Day, lesson_id: int) -> list[Pause]:
    return [_pause(gap) for gap in day.pauses if gap.lesson == lesson_id]


def _pause(gap: Gap) -> Pause:
    when = f"{localtime(gap.start):%H:%M:%S}" if gap.is_end else period(gap.start, gap.end)
    return Pause(when, "" if gap.is_end else length(gap.seconds), gap_words(gap.code)[0])


def period(start: datetime, end: datetime) -> str:
    return f"{localtime(start):%H:%M:%S}–{localtime(end):%H:%M:%S}"
