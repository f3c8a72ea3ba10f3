"""Short questions on the lesson: asked at moments nobody can foresee, answered by somebody who follows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from learning.rules import StudyRules, next_question_s
from tests.support import people
from tests.support.study import Study, make_study, postgres_now

pytestmark = pytest.mark.django_db

EVERY_S, ANSWER_S, WAIT_S = 600, 90, 5


def rule(**study: int) -> None:
    """A ruleset in force with these values of the section `study`."""
    from tenants.rulesets.services import publish_ruleset

    publish_ruleset(name="x", values={"study": study}, in_force_from=people.BEFORE, by=None, at=people.BEFORE)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    from learning.models import LessonQuestion

    rule(question_every_s=EVERY_S, question_answer_s=ANSWER_S, question_wait_s=WAIT_S)
    with in_tenant(lingzhu):
        made = make_study(lingzhu, lengths_ms=(2_700_000, 2_700_000))
        for lesson in made.lessons:
            for stem in ("多深的基坑算危大工程？", "土方开挖的原则是什么？"):
                LessonQuestion.objects.create(lesson=lesson, stem=stem, options=["3 m", "先撑后挖", "都不对"], answer=1)
        yield made


def begin(study: Study, at: Any) -> None:
    study.open_camera(at=at, minutes=120)
    study.open(at=at)


def ask_now(study: Study, at: Any) -> Any:
    """Let the drawn moment come; the beat at `at` opens the question."""
    from learning.models import StudySession

    StudySession.objects.filter(pk=study.session.pk).update(ask_at=at)
    return study.beat(at=at)


def answer(study: Study, at: Any, *, right: bool = True) -> Any:
    from learning.services import answer_question

    study.session.refresh_from_db()
    choice = study.session.question.answer if right else 0
    return answer_question(study.session, str(study.session.question.uuid), choice, at=at)


def test_waiting_tells_nothing_about_when_a_question_comes() -> None:
    draws = [next_question_s(EVERY_S, step / 1000) for step in range(1000)]
    assert min(draws) == EVERY_S / 4
    assert max(draws) == EVERY_S * 3
    assert 0.8 * EVERY_S < sum(draws) / 1000 < 1.1 * EVERY_S
    assert StudyRules().question_every_s == 0  # a province that wants none gets none


def test_a_question_answered_in_time_costs_nothing(study: Study) -> None:
    at = postgres_now()
    begin(study, at)
    study.beat(at=at)
    opened = ask_now(study, at + timedelta(seconds=10))
    assert opened.answer_by == at + timedelta(seconds=10 + ANSWER_S)
    study.beat(at=at + timedelta(seconds=20))
    assert answer(study, at + timedelta(seconds=25)).right
    study.beat(at=at + timedelta(seconds=30))
    study.session.refresh_from_db()
    assert study.credited_ms() == 30_000
    assert study.session.answer_by is None
    assert study.session.ask_at > at + timedelta(seconds=25 + EVERY_S / 4 - 1)
    assert study.enrolment.spans.count() == 1


def test_an_open_question_stops_time_until_it_is_answered_and_nothing_is_taken_back(study: Study) -> None:
    at = postgres_now()
    begin(study, at)
    study.beat(at=at)
    ask_now(study, at + timedelta(seconds=10))
    for seconds in range(25, 200, 15):  # 90 s after it was asked the clock stands still
        credited = study.beat(at=at + timedelta(seconds=seconds))
    assert study.credited_ms() == 100_000
    assert credited.answer_by < credited.at
    late = answer(study, at + timedelta(seconds=195))
    assert (late.right, late.in_time) == (True, False)
    study.beat(at=at + timedelta(seconds=205))
    assert study.credited_ms() == study.span_ms() == 110_000
    assert [s.credited_ms for s in study.enrolment.spans.order_by("started_at")] == [100_000, 10_000]


def test_a_wrong_answer_brings_another_question_and_guessing_is_slow(study: Study) -> None:
    from learning.errors import CannotStudy

    at = postgres_now()
    begin(study, at)
    study.beat(at=at)
    ask_now(study, at + timedelta(seconds=10))
    study.session.refresh_from_db()
    first = study.session.question
    assert not answer(study, at + timedelta(seconds=12), right=False).right
    study.session.refresh_from_db()
    assert study.session.question != first
    assert study.session.answer_by == at + timedelta(seconds=10 + ANSWER_S)
    with pytest.raises(CannotStudy) as hasty:
        answer(study, at + timedelta(seconds=14))
    assert (hasty.value.code, hasty.value.status) == ("study.question_wait", 429)
    assert answer(study, at + timedelta(seconds=17)).right
    assert list(study.session.checks.values_list("right", flat=True)) == [False, True]


def test_opening_the_lesson_anew_does_not_get_rid_of_a_question(study: Study) -> None:
    at = postgres_now()
    begin(study, at)
    study.session.refresh_from_db()
    drawn = study.session.ask_at
    begin(study, at + timedelta(seconds=5))
    assert study.session.ask_at == drawn
    ask_now(study, at + timedelta(seconds=10))
    begin(study, at + timedelta(seconds=20))
    assert study.session.ask_at == study.session.started_at
    assert study.beat(at=at + timedelta(seconds=21)).answer_by is not None


def test_the_page_reads_the_question_and_never_its_answer(study: Study, lingzhu: Any, trainee_client: Any) -> None:
    at = postgres_now()
    begin(study, at - timedelta(seconds=20))
    client = trainee_client(lingzhu, study.user)
    base = f"/study/sessions/{study.session.uuid}/"
    none = client.get(f"{base}question/", headers={"accept": "application/json"})
    assert (none.status_code, none.json()["code"]) == (404, "study.no_question")
    study.beat(at=at - timedelta(seconds=15))
    ask_now(study, at - timedelta(seconds=10))
    shown = client.get(f"{base}question/").json()
    assert shown.keys() == {"question", "stem", "options", "left_s"}
    assert 60 < shown["left_s"] <= 80
    stranger = trainee_client(lingzhu, people.make_user("别人"))
    assert stranger.get(f"{base}question/", headers={"accept": "application/json"}).status_code == 404

    def post(body: Any) -> Any:
        return client.post(
            f"{base}answer/", json.dumps(body), content_type="application/json", headers={"accept": "application/json"}
        )

    for odd in ({}, {"question": shown["question"], "choice": "1"}, {"question": shown["question"], "choice": 9}):
        assert (post(odd).status_code, post(odd).json()["code"]) == (400, "study.malformed")
    assert post({"question": shown["question"], "choice": 1}).json() == {"right": True}
    again = post({"question": shown["question"], "choice": 1})
    assert (again.status_code, again.json()["code"]) == (404, "study.no_question")


def test_study_outside_the_hours_of_the_day_is_refused(lingzhu: Any, in_tenant: Any) -> None:
    from django.utils.timezone import localtime

    from learning.errors import CannotStudy

    at = postgres_now()
    minute = localtime(at).hour * 60 + localtime(at).minute
    opens, closes = (minute + 2, 1440) if minute < 1000 else (0, minute - 2)
    rule(opens_minute=opens, closes_minute=closes)
    with in_tenant(lingzhu):
        study = make_study(lingzhu)
        study.open_camera(at=at)
        with pytest.raises(CannotStudy) as refused:
            study.open(at=at)
    assert refused.value.code == "study.hours"
