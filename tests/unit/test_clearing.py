"""Hours cleared in part: what is chosen is marked, nothing is lost, and the difference is studied again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning import queries, services, sitting
from learning.errors import CannotClear
from learning.models import CreditSpan, ExamState, HoursState, LessonProgress, StudySession
from learning.services.clearing import COMPLETE
from tests.support import people
from tests.support.study import Study, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield make_study(lingzhu)


def watch(study: Study, at: datetime, ticks: tuple[int, ...] = (10, 20, 30, 40)) -> datetime:
    """Open a sitting at `at` and beat at these seconds; the time of the last."""
    study.open_camera(at=at)
    study.open(at=at)
    study.beat(at=at)
    for tick in ticks:
        study.beat(at=at + timedelta(seconds=tick))
    return at + timedelta(seconds=ticks[-1])


def finish(study: Study) -> datetime:
    """Both lessons: the first from 0 s to 40 s, the second from 100 s to 140 s, one span each."""
    watch(study, AT)
    at = watch(study, AT + timedelta(seconds=100))
    assert services.complete_hours_if_done(study.enrolment, at=at)
    study.enrolment.refresh_from_db()
    return at + timedelta(seconds=60)


def clear(study: Study, at: datetime, *times: tuple[int, int]) -> Any:
    """Clear stretches given in milliseconds since the first lesson began."""
    chosen = [(AT + ms(start), AT + ms(end)) for start, end in times]
    clearing = services.clear_credit(study.enrolment, reason="替学", by=people.make_user(), at=at, times=chosen)
    study.enrolment.refresh_from_db()
    return clearing


def spans(study: Study) -> list[tuple[int, int, bool]]:
    """Start and end in milliseconds since the first lesson began, and whether voided."""
    rows = CreditSpan.objects.filter(enrolment=study.enrolment).order_by("started_at")
    assert all(row.ended_at - row.started_at == ms(row.credited_ms) for row in rows)
    return [((r.started_at - AT) // ms(1), (r.ended_at - AT) // ms(1), r.voided_by_id is not None) for r in rows]


def by_lesson(study: Study) -> list[int]:
    return [line.credited_ms for line in queries.progress_of(study.enrolment).lessons]


def test_a_span_partly_inside_is_split_to_the_millisecond_and_only_the_inner_piece_is_marked(study: Study) -> None:
    at = finish(study)
    clearing = clear(study, at, (12_345, 20_001))
    assert spans(study) == [
        (0, 12_345, False),
        (12_345, 20_001, True),
        (20_001, 40_000, False),
        (100_000, 140_000, False),
    ]
    assert by_lesson(study) == [40_000 - 7_656, 40_000]
    assert study.span_ms() == study.credited_ms() == 80_000 - 7_656
    assert (clearing.scope, sum(span.credited_ms for span in clearing.spans.all())) == ("times", 7_656)
    first, second = LessonProgress.objects.filter(enrolment=study.enrolment).order_by("lesson")
    assert first.completed_at is None
    assert second.completed_at == AT + timedelta(seconds=140)
    enrolment = study.enrolment
    assert (enrolment.hours_state, enrolment.exam_state) == (HoursState.CLEARED, ExamState.CLOSED)
    assert (enrolment.hours_completed_at, enrolment.clearings_count) == (None, 1)


def test_a_stretch_over_two_sittings_takes_from_both_and_a_passed_exam_stays(study: Study) -> None:
    at = finish(study)
    services.note_exam_passed(study.enrolment, at)
    clear(study, at, (30_000, 110_000))
    assert [span for span in spans(study) if span[2]] == [(30_000, 40_000, True), (100_000, 110_000, True)]
    assert by_lesson(study) == [30_000, 30_000]
    assert study.enrolment.exam_state == ExamState.PASSED


def test_overlapping_stretches_take_every_second_once(study: Study) -> None:
    at = finish(study)
    clear(study, at, (5_000, 15_000), (10_000, 20_000), (15_000, 16_000))
    assert by_lesson(study) == [25_000, 40_000]


def test_the_difference_is_studied_from_the_right_second_and_a_second_review_follows(study: Study) -> None:
    at = finish(study)
    clear(study, at, (30_000, 45_000))
    study.open_camera(at=at)
    session = study.open(at=at)
    begun = sitting.begin(session.uuid, study.user, "browser", at)
    # 30 s of 40 s stand: segments of 4 s, the one of second 30 is the eighth; the edge is the end (30 s + 24 s)
    assert (session.lesson, begun.hello["credited_ms"]) == (study.lessons[0], 30_000)
    assert (begun.hello["first"], begun.hello["edge"], len(begun.hello["segments"])) == (7, 10, 3)
    later = at + timedelta(seconds=1)
    StudySession.objects.filter(pk=session.pk).update(last_beat_at=later)
    study.beat(at=later)
    assert study.beat(at=later + timedelta(seconds=9)).credited_ms == 39_000
    last = study.beat(at=later + timedelta(seconds=19))
    assert (last.complete, last.credit_ms) == (True, 1_000)
    assert services.complete_hours_if_done(study.enrolment, at=at + timedelta(seconds=20))
    study.enrolment.refresh_from_db()
    assert study.enrolment.hours_state == HoursState.IN_REVIEW
    assert study.credited_ms() == study.span_ms() == 80_000


def test_a_partial_clearing_taken_back_restores_hours_completion_and_state_exactly(study: Study) -> None:
    at = finish(study)
    before = list(LessonProgress.objects.order_by("pk").values())
    state = (study.enrolment.hours_state, study.enrolment.exam_state, study.enrolment.hours_completed_at)
    clearing = clear(study, at, (12_345, 20_001), (139_000, 150_000))
    services.undo_clearing(clearing, by=people.make_user(), at=at + timedelta(seconds=60))
    study.enrolment.refresh_from_db()
    assert list(LessonProgress.objects.order_by("pk").values()) == before
    assert (
        study.enrolment.hours_state,
        study.enrolment.exam_state,
        study.enrolment.hours_completed_at,
    ) == state
    assert [voided for _start, _end, voided in spans(study)] == [False] * 5
    assert study.credited_ms() == study.span_ms() == 80_000


def test_a_live_sitting_ends_and_its_page_is_told(study: Study) -> None:
    watch(study, AT, ticks=(10, 20))
    clear(study, AT + timedelta(seconds=22), (0, 5_000))
    refused = study.beat(at=AT + timedelta(seconds=30))
    assert (refused.accepted, refused.refusal) == (False, "cleared")
    assert by_lesson(study)[0] == study.span_ms() == 15_000


@pytest.mark.parametrize(
    ("times", "code", "status"),
    [
        ([], "hours.cannot_clear", 409),
        ([(40_000, 100_000)], "hours.cannot_clear", 409),
        ([(20_000, 20_000)], "hours.bad_times", 400),
        ([(20_000, 10_000)], "hours.bad_times", 400),
    ],
)
def test_stretches_that_hold_nothing_are_refused_with_words_and_change_nothing(
    study: Study, times: list[tuple[int, int]], code: str, status: int
) -> None:
    at = finish(study)
    with pytest.raises(CannotClear) as refused:
        clear(study, at, *times)
    assert (refused.value.code, refused.value.status) == (code, status)
    study.enrolment.refresh_from_db()
    assert (study.enrolment.hours_state, study.credited_ms()) == (HoursState.IN_REVIEW, 80_000)


def test_hours_are_not_given_back_on_top_of_another_video(study: Study) -> None:
    from tests.support.study import make_lesson

    at = finish(study)
    reviewer = people.make_user()
    clearing = services.clear_credit(study.enrolment, reason="挂机", by=reviewer, at=at)
    lesson = study.lessons[0]
    lesson.media = make_lesson(duration_ms=52_000).media
    lesson.save()
    study.open_camera(at=at + timedelta(seconds=5))
    study.open(at=at + timedelta(seconds=5))
    with pytest.raises(CannotClear) as refused:
        services.undo_clearing(clearing, by=reviewer, at=at + timedelta(seconds=30))
    assert refused.value.code == "hours.other_video"
    assert study.credited_ms() == study.span_ms() == 0


step = st.one_of(
    st.tuples(st.just("watch"), st.integers(1, 5)),
    st.tuples(st.just("all"), st.none()),
    st.tuples(st.just("lesson"), st.integers(0, 1)),
    st.tuples(
        st.just("times"),
        st.lists(st.tuples(st.integers(0, 400_000), st.integers(1, 90_000)), min_size=1, max_size=3),
    ),
    st.tuples(st.just("undo"), st.none()),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=3, max_size=9))
def test_whatever_is_credited_cleared_and_given_back_progress_is_the_sum_of_live_spans(
    study: Study, steps: list[tuple[str, Any]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        _random_history(study, steps)
        transaction.set_rollback(True)


def _random_history(study: Study, steps: list[tuple[str, Any]]) -> None:
    reviewer, at, clearings, ever = study.user, AT, [], 0
    for verb, what in [("watch", 4), *steps]:
        at += timedelta(seconds=30)
        try:
            if verb == "watch":
                if queries.unfinished_lessons(study.enrolment).exists():
                    at = watch(study, at, ticks=tuple(range(9, 9 * what + 1, 9)))
                services.complete_hours_if_done(study.enrolment, at=at)
            elif verb == "undo" and clearings:
                services.undo_clearing(clearings.pop(), by=reviewer, at=at)
            elif verb in {"all", "lesson"}:
                only = None if verb == "all" else [study.lessons[what]]
                clearings.append(services.clear_credit(study.enrolment, reason="x", by=reviewer, at=at, lessons=only))
            elif verb == "times":
                chosen = [(AT + ms(start), AT + ms(start + length)) for start, length in what]
                clearings.append(services.clear_credit(study.enrolment, reason="x", by=reviewer, at=at, times=chosen))
        except CannotClear:
            pass
        ever = _adds_up(study, ever)


def _adds_up(study: Study, ever: int) -> int:
    """Progress is Σ live spans in every lesson, and nothing that was credited once is gone; the sum of all spans."""
    rows = list(CreditSpan.objects.filter(enrolment=study.enrolment).order_by("started_at"))
    assert all(row.ended_at - row.started_at == ms(row.credited_ms) for row in rows)
    assert all(one.ended_at <= two.started_at for one, two in pairwise(rows))
    for progress in LessonProgress.objects.filter(enrolment=study.enrolment):
        live = sum(r.credited_ms for r in rows if r.lesson_id == progress.lesson_id and r.voided_by_id is None)
        assert live == progress.credited_ms <= progress.duration_ms
        assert (progress.completed_at is not None) == (live == progress.duration_ms)
    study.enrolment.refresh_from_db()
    unfinished = queries.unfinished_lessons(study.enrolment).exists()
    assert study.enrolment.hours_state not in COMPLETE or not unfinished
    total = sum(row.credited_ms for row in rows)
    assert total >= ever
    return total
