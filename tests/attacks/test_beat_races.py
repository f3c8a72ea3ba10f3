"""A beat that meets another change of its sitting: it waits, looks again, and credits what still holds (ADR 0199)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from config.processes import wait_until
from learning import services
from learning.beats import SESSION, conninfo
from learning.beats_sql import BEAT_SQL, Beat, Credited, parameters
from learning.errors import CannotStudy
from learning.models import LessonQuestion, StudySession
from tests.support.certified import publish_rules
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import later

pytestmark = pytest.mark.django_db(transaction=True)  # two connections


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Iterator[Study]:
    """Somebody who has been watching for ten seconds."""
    with in_tenant(lingzhu):
        made = make_study(lingzhu, lengths_ms=(2_700_000, 2_700_000))
        made.open_camera(at=postgres_now() - timedelta(minutes=2))
        made.open(at=postgres_now())
        made.beat()
        later(made, 10)
        made.session.refresh_from_db()
        yield made


def beat_elsewhere(session: StudySession) -> Credited:
    """The beat that the sitting expects, by the batcher's own kind of connection."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    with psycopg.connect(**conninfo(), autocommit=True, options=options) as other:
        beats = [Beat(session.pk, session.seq, session.nonce, True)]
        row = other.execute(BEAT_SQL, parameters(beats, "Asia/Shanghai")).fetchone()
        assert row is not None
        return Credited(*row)


@contextmanager
def meeting(call: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Inside: changes of one transaction. At its end `call` has begun elsewhere and waits; then it is committed."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            result: list[Future[Any]] = []
            promise: Future[Any] = Future()
            yield promise
            result.append(pool.submit(call))
            wait_until(lambda: waits() or result[0].done(), 20)
            assert not result[0].done(), "it did not wait"
        promise.set_result(result[0].result(20))


def waits() -> bool:
    """By a connection of its own: within a transaction PostgreSQL shows the activity of the first look, always."""
    with psycopg.connect(**conninfo()) as other:
        row = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
        return row is not None and row[0] > 0


def test_the_same_beat_at_two_processes_counts_once(study: Study) -> None:
    with meeting(lambda: beat_elsewhere(study.session)) as second:
        first = services.study._credit(Beat(study.session.pk, study.session.seq, study.session.nonce, True), None)
    assert first.accepted
    assert (second.result().accepted, second.result().refusal) == (False, "stale")
    assert study.credited_ms() == study.span_ms() == first.credit_ms > 9_000


def test_a_beat_that_waited_for_a_clearing_earns_nothing(study: Study) -> None:
    study.beat()
    study.session.refresh_from_db()
    later(study, 10)
    with meeting(lambda: beat_elsewhere(study.session)) as waited:
        services.clear_credit(study.enrolment, reason="代学", by=study.user, at=postgres_now())
    assert (waited.result().accepted, waited.result().refusal) == (False, "stale"), "so the page asks what holds"
    with pytest.raises(CannotStudy) as refused:
        services.resume(study.session)
    assert refused.value.code == "study.cleared"
    assert study.credited_ms() == study.span_ms() == 0


def test_a_question_answered_while_the_beat_waited_stays_answered(study: Study) -> None:
    publish_rules(study={"question_every_s": 60, "question_answer_s": 30, "question_wait_s": 5})
    question = LessonQuestion.objects.create(lesson=study.lessons[0], stem="题", options=["甲", "乙"], answer=1)
    now = postgres_now()
    StudySession.objects.filter(pk=study.session.pk).update(question=question, answer_by=now + timedelta(seconds=30))
    with meeting(lambda: beat_elsewhere(study.session)) as waited:
        services.answer_question(study.session, str(question.uuid), 1, at=now)
    assert (waited.result().accepted, waited.result().answer_by) == (True, None)
    study.session.refresh_from_db()
    assert study.session.answer_by is None
    assert study.credited_ms() == study.span_ms() == waited.result().credit_ms > 9_000


def test_a_socket_that_came_back_meanwhile_makes_the_beat_before_stale(study: Study) -> None:
    with meeting(lambda: beat_elsewhere(study.session)) as waited:
        services.resume(study.session)
    assert waited.result().refusal == "stale"
    assert study.credited_ms() == 0


@pytest.fixture(autouse=True)
def _no_connection_stays() -> Iterator[None]:
    yield
    connections.close_all()
