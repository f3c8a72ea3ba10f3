"""THREATS "Study and hours": many windows, many institutions, the cap, clocks, hours of the day and questions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from learning import services
from learning.beats_sql import Beat, Credited
from learning.errors import CannotStudy
from learning.models import CreditSpan, LessonQuestion, StudySession
from tenants.scopes import province_scope
from tests.support.certified import publish_rules
from tests.support.study import Study, make_position, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine in the morning of the province
MORNING_MS = 2_700_000


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@dataclass
class Window:
    """One window with its own idea of what the server expects next, whatever other windows do."""

    study: Study
    session: int
    seq: int
    nonce: UUID

    def beat(self, at: datetime, **claims: Any) -> Credited:
        named = {"session_id": self.session, "seq": self.seq, "nonce": self.nonce} | claims
        credited = services.study._credit(Beat(playing=True, **named), at)
        if credited.accepted:
            self.seq, self.nonce = credited.seq, credited.nonce
        return credited


def open_window(study: Study, at: datetime, in_tenant: Any) -> Window:
    """With a camera of its own, as on another device."""
    with in_tenant(study.institution):
        study.open_camera(at=at, minutes=60)
        session = study.open(at=at)
    return Window(study, session.pk, session.seq, session.nonce)


@pytest.fixture
def here(lingzhu: Any, in_tenant: Any) -> Study:
    with in_tenant(lingzhu):
        return make_study(lingzhu, lengths_ms=(2 * MORNING_MS, MORNING_MS))


@pytest.fixture
def there(here: Study, jiangxin: Any, in_tenant: Any) -> Study:
    """The same person at another institution, for another position."""
    with in_tenant(jiangxin):
        position = make_position("102", "装饰装修施工员")
        return make_study(jiangxin, lengths_ms=(2 * MORNING_MS,), user=here.user, position=position)


def credited_ms(*studies: Study) -> int:
    with province_scope():
        return sum(study.credited_ms() for study in studies)


def test_ten_windows_at_two_institutions_earn_no_more_than_the_clock(here: Study, there: Study, in_tenant: Any) -> None:
    draw, windows, at = random.Random(4), [], AT
    accepted = []
    for _second in range(300):
        if len(windows) < 10 and draw.random() < 0.1:
            windows.append(open_window(draw.choice([here, there]), at, in_tenant))
        with province_scope():
            answers = [window.beat(at) for window in windows]
        accepted.append(sum(answer.accepted for answer in answers))
        at += s(1)
    assert len(windows) == 10
    assert max(accepted) == 1, "only the newest window is listened to"
    with province_scope():
        spans = list(CreditSpan.objects.filter(enrolment__user=here.user).order_by("started_at"))
        ends = set(StudySession.objects.exclude(pk=windows[-1].session).values_list("end_reason", flat=True))
    assert all(one.ended_at <= two.started_at for one, two in pairwise(spans))
    assert credited_ms(here, there) == sum(span.credited_ms for span in spans)
    assert 200_000 < credited_ms(here, there) <= 300_000
    assert ends == {"taken_over"}


def test_the_daily_cap_counts_all_institutions_together(here: Study, there: Study, in_tenant: Any) -> None:
    publish_rules(study={"daily_cap_hours": 1})
    at, answer = AT, None
    for study in (here, there):
        window = open_window(study, at, in_tenant)
        for _beat in range(121):  # 40 minutes each
            with province_scope():
                answer = window.beat(at)
            at += s(20)
    assert credited_ms(here, there) == 3_600_000
    assert answer is not None
    assert answer.day_left_ms == 0


def test_a_nonce_of_another_sitting_or_lesson_opens_nothing(here: Study, lingzhu: Any, in_tenant: Any) -> None:
    mine = open_window(here, AT, in_tenant)
    with in_tenant(lingzhu):
        other = make_study(lingzhu)
        theirs = open_window(other, AT, in_tenant)
        mine.beat(AT)
        theirs.beat(AT)
        at = AT + s(10)
        for claims in ({"nonce": theirs.nonce}, {"nonce": uuid4()}, {"seq": mine.seq - 1}, {"seq": mine.seq + 1}):
            assert mine.beat(at, **claims).refusal == "stale"
        assert theirs.beat(at, session_id=mine.session).refusal == "stale"
        assert here.credited_ms() == other.credited_ms() == 0
        assert mine.beat(at).credit_ms == 10_000


@pytest.mark.parametrize("step_s", [30, -30])
def test_a_server_clock_that_steps_by_half_a_minute_costs_or_gives_at_most_one_interval(
    here: Study, lingzhu: Any, in_tenant: Any, step_s: int
) -> None:
    window = open_window(here, AT, in_tenant)
    true_s, error = 0, s(0)
    with in_tenant(lingzhu):
        window.beat(AT)
        for tick in range(1, 25):
            true_s += 10
            error = s(step_s) if tick >= 12 else s(0)
            window.beat(AT + s(true_s) + error)
        stepped = here.credited_ms() - true_s * 1000
        spans = list(here.enrolment.spans.order_by("started_at"))
    # Forwards: the cap of one beat more than was watched; backwards: nothing counts until the old time has come again.
    assert (stepped == 10_000) if step_s > 0 else (-40_000 <= stepped < 0)
    assert all(one.ended_at <= two.started_at for one, two in pairwise(spans))


def test_outside_the_hours_of_study_nothing_counts_and_nothing_opens(here: Study, lingzhu: Any, in_tenant: Any) -> None:
    publish_rules(study={"opens_minute": 8 * 60, "closes_minute": 9 * 60 + 1})
    window = open_window(here, AT, in_tenant)
    with in_tenant(lingzhu):
        for second in range(0, 121, 15):
            answer = window.beat(AT + s(second))
        assert (here.credited_ms(), answer.credit_ms, answer.is_open) == (60_000, 0, False)
        with pytest.raises(CannotStudy) as refused:
            here.open(at=AT + s(61))
    assert refused.value.code == "study.hours"


@pytest.fixture
def asked(here: Study, lingzhu: Any, in_tenant: Any) -> Window:
    """A window in which a question is open since `AT` + 10 s; it may stand so for 30 s."""
    publish_rules(study={"question_every_s": 60, "question_answer_s": 30, "question_wait_s": 5})
    with in_tenant(lingzhu):
        for number in range(3):
            LessonQuestion.objects.create(
                lesson=here.lessons[0], stem=f"第 {number} 题", options=["甲", "乙", "丙", "丁"], answer=number
            )
    window = open_window(here, AT, in_tenant)
    with in_tenant(lingzhu):
        StudySession.objects.filter(pk=window.session).update(ask_at=AT + s(10))
        window.beat(AT)
        assert window.beat(AT + s(10)).answer_by == AT + s(40)
    return window


def test_a_page_that_lets_questions_stand_earns_nothing_from_their_time_on(
    asked: Window, here: Study, lingzhu: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        for second in range(20, 121, 10):
            asked.beat(AT + s(second))
        assert here.credited_ms() == 40_000
    again = open_window(here, AT + s(130), in_tenant)
    with in_tenant(lingzhu):
        for second in range(130, 200, 10):
            answer = again.beat(AT + s(second))
        assert answer.answer_by is not None, "opening the lesson anew does not get rid of the question"


def test_a_script_that_guesses_answers_is_slower_than_somebody_who_reads(
    asked: Window, here: Study, lingzhu: Any, in_tenant: Any
) -> None:
    at, tries, refusals = AT + s(11), 0, []
    with in_tenant(lingzhu):
        while True:
            session = StudySession.objects.get(pk=asked.session)
            if session.answer_by is None:
                break
            assert session.question is not None
            wrong_first = (session.question.answer + 1 + tries) % 4 if tries < 3 else session.question.answer
            try:
                services.answer_question(session, str(session.question.uuid), wrong_first, at=at)
                tries += 1
            except CannotStudy as refused:
                refusals.append((refused.code, refused.status))
            at += s(0.5)
        assert tries == 4
        assert refusals == [("study.question_wait", 429)] * 27, "one answer in five seconds, however often it asks"
        with pytest.raises(CannotStudy) as gone:
            services.answer_question(session, str(uuid4()), 0, at=at)
    assert gone.value.code == "study.no_question"
