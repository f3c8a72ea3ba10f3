"""The pure rules and the SQL statement give the same credit over random histories, and the spans always add up.

A history is what can happen to a study of one lesson: beats early, late and never, the server's clock stepping
back and forth, beats sent twice or out of order, reconnections, the camera's verdict, a second window, questions on the
lesson, the daily cap and the hours of the day. An oracle of plain intervals stands beside both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.rules import Sitting, is_open_at, seconds_to_credit
from tests.support.study import Study, make_study

MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # of the province
START = MIDNIGHT - timedelta(seconds=90)
ZONE, LOCAL = timedelta(hours=8), ZoneInfo("Asia/Shanghai")
LENGTH_MS, CAP_MS, ANSWER_MS = 150_000, 20_000, 9_000
# Of the first day: study ends a minute before midnight, begins half a minute after it, or is open all day.
HOURS = [(0, 1440), (0, 1439), (1, 1440)]

after_ms = st.one_of(st.integers(-5_000, 5_000), st.integers(9_000, 15_000), st.integers(19_000, 90_000))
step = st.one_of(
    st.tuples(st.just("beat"), after_ms, st.booleans()),
    st.tuples(st.just("beat"), after_ms, st.just(True)),
    st.tuples(st.just("again"), after_ms, st.integers(0, 2)),
    st.tuples(st.just("camera"), st.integers(-20_000, 60_000), st.booleans()),
    st.tuples(st.just("reconnect"), st.integers(0, 30_000), st.none()),
    st.tuples(st.just("window"), st.integers(0, 30_000), st.none()),
    st.tuples(st.just("ask"), st.integers(-5_000, 30_000), st.none()),
    st.tuples(st.just("answer"), st.integers(0, 30_000), st.none()),
)
beat = st.tuples(st.just("beat"), st.integers(3_000, 15_000), st.just(True))
# Chance alone would hardly ever ask a question of somebody who is watching, and let it wait.
asked = st.tuples(
    beat, st.tuples(st.just("ask"), st.just(0), st.none()), beat, beat,
    st.tuples(st.just("answer"), st.integers(0, 12_000), st.none()), beat,
).map(list)  # fmt: skip
history = st.lists(st.one_of(step.map(lambda one: [one]), asked), min_size=1, max_size=12).map(
    lambda parts: [one for part in parts for one in part]
)


def day_of(at: datetime) -> date:
    return (at + ZONE).date()


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


class History:
    """One person's study, kept twice: as rows, and as the values that the rules fold."""

    def __init__(self, study: Study, day_cap_ms: int, hours: tuple[int, int]) -> None:
        from learning.models import CreditSpan, LessonProgress, StudySession

        for model in (CreditSpan, StudySession, LessonProgress):
            model.objects.all().delete()  # the example before this one
        self.study, self.day_cap_ms, self.hours = study, day_cap_ms, hours
        self.at = self.latest = START
        self.accepted: list[tuple[datetime, datetime]] = []
        self.spent: list[Any] = []  # beats that were accepted: good for nothing any more
        self.over = False
        self.sitting = self._begin(0, 0)

    def _begin(self, credited_ms: int, day_credited_ms: int) -> Sitting:
        from learning.models import StudySession

        self.study.open_camera(at=self.at, minutes=1)
        session = self.study.open(at=self.at)
        StudySession.objects.filter(pk=session.pk).update(
            day_cap_ms=self.day_cap_ms, opens_minute=self.hours[0], closes_minute=self.hours[1], answer_ms=ANSWER_MS
        )
        return Sitting(
            last_beat_at=self.at,
            playing=False,
            credited_ms=credited_ms,
            duration_ms=LENGTH_MS,
            cap_ms=CAP_MS,
            verified_until=self.study.camera.verified_until,
            verified_at=self.at,
            day_cap_ms=self.day_cap_ms,
            day=day_of(self.at),
            day_credited_ms=day_credited_ms,
            opens_minute=self.hours[0],
            closes_minute=self.hours[1],
            zone=LOCAL,
        )

    def take(self, what: str, number: int, flag: Any) -> None:
        if what in ("beat", "again", "reconnect", "window", "answer"):
            self.at += ms(number)
            self.latest = max(self.latest, self.at)
        getattr(self, what)(number, flag)

    def beat(self, _number: int, playing: bool) -> None:
        """The next beat: both give the same credit, and the interval joins the oracle's."""
        before, day = self.sitting, day_of(self.at)
        expected = seconds_to_credit(before, self.at, day)
        self.study.session.refresh_from_db()
        self.spent.append((self.study.session.pk, self.study.session.seq, self.study.session.nonce))
        asked = self.study.session.ask_at is not None and self.study.session.ask_at <= self.at
        credited = self.study.beat(playing=playing, at=self.at)
        assert credited.credit_ms == expected
        assert credited.is_open == is_open_at(self.at, *self.hours, LOCAL)
        if expected:
            since = max(m for m in (before.last_beat_at, before.verified_at, before.resumed_at) if m)
            self.accepted.append((since, since + ms(expected)))
        used = before.day_credited_ms if before.day == day else 0
        self.sitting = replace(
            before,
            last_beat_at=max(before.last_beat_at, self.at),
            playing=playing,
            credited_ms=before.credited_ms + expected,
            day=day,
            day_credited_ms=used + expected,
            answer_by=before.answer_by or (self.at + ms(ANSWER_MS) if asked else None),
        )
        assert credited.answer_by == self.sitting.answer_by
        self.over = credited.complete

    def again(self, _number: int, which: int) -> None:
        """A beat that was used already, one with a guessed nonce, one of an older sitting: nothing moves."""
        from learning.beats_sql import Beat
        from learning.services import study as services

        if not self.spent:
            return
        session, seq, nonce = self.spent[-1 - which % len(self.spent)]
        for beat in (Beat(session, seq, nonce, True), Beat(session, seq + 1, uuid4(), True)):
            assert not services._credit(beat, self.at).accepted

    def camera(self, offset_ms: int, passed: bool) -> None:
        """The camera's verdict changes between two beats."""
        camera = self.study.camera
        camera.verified_until = self.at + ms(offset_ms)
        camera.verified_at = self.at - ms(3_000) if passed else camera.verified_at
        camera.save()
        self.sitting = replace(self.sitting, verified_until=camera.verified_until, verified_at=camera.verified_at)

    def reconnect(self, _number: int, _flag: None) -> None:
        from learning.services import study as services

        services._resume(self.study.session, self.at)
        moved = max(self.sitting.last_beat_at, self.at)
        self.sitting = replace(self.sitting, playing=False, last_beat_at=moved)

    def window(self, _number: int, _flag: None) -> None:
        """A second window takes over; the first one's beats are refused from now on."""
        self.at = self.latest  # nobody opens a page in the past
        self.sitting = self._begin(self.sitting.credited_ms, self._credited_today())

    def _credited_today(self) -> int:
        """As `open_study_session` counts: spans by the day they began on."""
        return sum((end - start) // ms(1) for start, end in self.spans() if day_of(start) == day_of(self.at))

    def ask(self, number: int, _flag: None) -> None:
        from learning.models import StudySession

        if self.sitting.answer_by is None:
            StudySession.objects.filter(pk=self.study.session.pk).update(ask_at=self.at + ms(number))

    def answer(self, _number: int, _flag: None) -> None:
        """Right, in time or late, as `services.answer_question` writes it down."""
        from learning.models import StudySession

        if self.sitting.answer_by is None:
            return
        resumed = self.sitting.resumed_at if self.at <= self.sitting.answer_by else self.at
        StudySession.objects.filter(pk=self.study.session.pk).update(ask_at=None, answer_by=None, resumed_at=resumed)
        self.sitting = replace(self.sitting, answer_by=None, resumed_at=resumed)

    def spans(self) -> list[tuple[datetime, datetime]]:
        from learning.models import CreditSpan

        rows = CreditSpan.objects.order_by("started_at", "pk")
        assert all(row.ended_at - row.started_at == ms(row.credited_ms) for row in rows)
        return [(row.started_at, row.ended_at) for row in rows]

    def is_sound(self) -> None:
        """Credit is the union of the accepted intervals, no more than the server's time, no more than the lesson."""
        spans, credited = self.spans(), self.study.credited_ms()
        assert self.study.span_ms() == credited == self.sitting.credited_ms <= LENGTH_MS
        assert all(one[1] <= two[0] for one, two in pairwise(spans))
        assert merged(spans) == merged(self.accepted)
        assert sum((end - start) // ms(1) for start, end in merged(self.accepted)) == credited
        assert not spans or (spans[0][0] >= START and spans[-1][1] <= self.latest)


def merged(intervals: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The union, as disjoint intervals that do not touch."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield make_study(lingzhu, lengths_ms=(LENGTH_MS,))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=history,
    day_cap_ms=st.sampled_from([0, 45_000]),
    hours=st.sampled_from(HOURS),
)
def test_rules_statement_and_oracle_agree(
    study: Study, steps: list[tuple[str, int, Any]], day_cap_ms: int, hours: tuple[int, int]
) -> None:
    lived = History(study, day_cap_ms, hours)
    for one in steps:
        lived.take(*one)
        lived.is_sound()
        if lived.over:
            assert study.beat(at=lived.at + ms(10_000)).end_reason == "complete"
            break
