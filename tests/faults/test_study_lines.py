"""THREATS "Faults", study: bad networks, a used-up pool, a full disk, a lost answer: nothing twice, no false word."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from config.processes import wait_until
from tests.support.learners import BEAT_S, Classroom, post
from tests.support.network import network
from tests.support.study_page import later
from tests.support.web import Web, web


def test_after_five_seconds_of_cut_cable_the_lesson_goes_on_and_nothing_counts_twice(
    site: Web, room: Any, classroom: Any
) -> None:
    with network(site.port) as cable, classroom(3, cable.port) as people:
        cable.held = True
        time.sleep(5)
        cable.held = False
        people.wait_for_acks(2)
    assert room.complaints(people.learners, longest_beat_s=BEAT_S + 7) == []


@pytest.mark.parametrize("away_s", [60, 600])
def test_a_minute_or_ten_without_a_network_earn_nothing(site: Web, room: Any, classroom: Any, away_s: int) -> None:
    """The database is told that the last beat was so long ago; the learner has given its line up."""
    with network(site.port) as cable, classroom(2, cable.port, patience_s=1.0) as people:
        cable.cut = True
        people.wait_for_losses(1)
        with room.inside():
            before = [learner.study.credited_ms() for learner in people.learners]
            for learner in people.learners:
                later(learner.study, away_s)
        cable.cut = False
        people.wait_for_acks(1)
    with room.inside():
        earned = [learner.study.credited_ms() - b for learner, b in zip(people.learners, before, strict=True)]
    assert max(earned) < 5_000, "only what was watched after the return"
    assert room.complaints(people.learners) == []


@pytest.mark.parametrize("how_many", [6, pytest.param(40, marks=pytest.mark.full)])
def test_two_seconds_of_latency_and_ten_percent_resets_make_no_duplicates(
    site: Web, room: Any, classroom: Any, how_many: int
) -> None:
    with network(site.port) as cable, classroom(how_many, cable.port) as people:
        cable.latency_s, cable.resets = 1.0, 0.1
        people.wait_for(lambda _learner: cable.broken >= how_many // 2 and len(people.learners[0].acks) > 3, 60)
        cable.latency_s, cable.resets = 0.0, 0.0
        people.wait_for_acks(1)
    assert room.complaints(people.learners, longest_beat_s=BEAT_S + 5) == []


@contextmanager
def refusing(servers: Any) -> Iterator[None]:
    """PostgreSQL answers writes of progress with "disk full": its error, without filling a disk (ADR 0178)."""
    body = "BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END"
    with psycopg.connect(servers.postgres.url, autocommit=True) as owner:
        owner.execute(f"CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        owner.execute("CREATE TRIGGER full_disk BEFORE UPDATE ON learning_lessonprogress EXECUTE FUNCTION is_full()")
        try:
            yield
        finally:
            owner.execute("DROP FUNCTION is_full() CASCADE")


def test_a_full_disk_of_the_database_acknowledges_nothing(servers: Any, site: Web, room: Any, classroom: Any) -> None:
    with classroom(4) as people, classroom(1, over_http=True) as without_sockets:
        with refusing(servers):
            people.wait_for_losses(1)
            without_sockets.wait_for_losses(1)
            acked = [len(learner.acks) for learner in people.learners]
            people.wait_for_losses(2)
            assert [len(learner.acks) for learner in people.learners] == acked, "nobody was told that time counts"
        people.wait_for_acks(2)
        without_sockets.wait_for_acks(2)
    assert {status for learner in without_sockets.learners for status in learner.statuses} == {200, 503}
    assert room.complaints([*people.learners, *without_sockets.learners]) == []


def in_background(call: Callable[[], Any]) -> Any:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(call)
    pool.shutdown(wait=False)
    return future


@contextmanager
def stuck(servers: Any) -> Iterator[Any]:
    """Everything that reads a session waits until `free()`; sockets that are open already do not."""
    with psycopg.connect(servers.postgres.url) as owner:
        owner.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")
        yield owner.rollback


def waiting(servers: Any) -> int:
    with psycopg.connect(servers.postgres.url) as other:
        return other.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()[0]


@pytest.mark.full
def test_a_used_up_pool_answers_503_with_retry_while_sockets_study_on_and_sigterm_waits_for_answers(
    servers: Any, room: Any
) -> None:
    with web(servers.environment | {"ZHUXUE_DB_POOL": "2"}, processes=1) as small:
        (learner,) = room.learners(1, small.port)
        (other,) = room.learners(1, small.port)
        path = f"/study/sessions/{other.study.session.uuid}/hello/"
        with Classroom([learner]) as people:
            people.wait_for_acks(1)
            with stuck(servers) as free:
                held = [in_background(lambda: post(other, path, {})) for _request in range(2)]
                assert wait_until(lambda: waiting(servers) == 2, 20)
                status, answer = post(other, path, {})
                assert (status, answer["code"]) == (503, "server.busy")
                people.wait_for_acks(2)
                small.processes[0].terminate()
                assert wait_until(lambda: not small.listens(0), 10), "new connections are for the next process"
                free()
                assert [request.result(20)[0] for request in held] == [200, 200], "under way, so answered"
            assert small.processes[0].wait(15) == 0
            small.start(0)
            people.wait_for_acks(1)
    assert room.complaints([learner]) == []


def test_a_beat_whose_answer_was_lost_on_the_way_from_the_database_counts_once(servers: Any, room: Any) -> None:
    from learning.beats import Batcher, NotSaved, conninfo
    from learning.beats_sql import Beat
    from learning.models import StudySession

    (learner,) = room.learners(1, 0)
    session = learner.study.session.pk

    def stand() -> tuple[int, int]:
        with room.inside():
            return StudySession.objects.get(pk=session).seq, learner.study.credited_ms()

    def expected() -> Beat:
        with room.inside():
            found = StudySession.objects.get(pk=session)
        return Beat(session, found.seq, found.nonce, True)

    async def converse(cable: Any) -> None:
        batcher = Batcher(conninfo() | {"port": cable.port}, "Asia/Shanghai")
        assert (await batcher.credit(await asyncio.to_thread(on_thread, expected))).credit_ms == 0
        await asyncio.to_thread(on_thread, lambda: shifted(10))
        beat = await asyncio.to_thread(on_thread, expected)
        cable.mute = True
        lost = asyncio.ensure_future(batcher.credit(beat))
        while (await asyncio.to_thread(on_thread, stand))[0] == beat.seq:
            await asyncio.sleep(0.02)
        cable.break_all()
        with pytest.raises(NotSaved):
            await lost
        cable.mute = False
        assert not (await batcher.credit(beat)).accepted, "the same beat again"
        await batcher.close()

    def shifted(seconds: int) -> None:
        with room.inside():
            later(learner.study, seconds)

    with network(servers.postgres.port) as cable:
        asyncio.run(converse(cable))
    assert 10_000 <= stand()[1] < 12_000
    with room.inside():
        assert learner.study.span_ms() == learner.study.credited_ms()


def on_thread(call: Callable[[], Any]) -> Any:
    """The ORM off the event loop; the connection goes back."""
    from django.db import connections

    try:
        return call()
    finally:
        connections.close_all()
