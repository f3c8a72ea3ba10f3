"""THREATS "Faults", study: whatever dies, what was acknowledged is stored, once, and the lesson goes on by itself."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from tests.support.learners import BEAT_S, percentile
from tests.support.study import postgres_now
from tests.support.web import Web

FEW, MANY = 10, pytest.param(50, marks=pytest.mark.full)
BACK_S = 5.0
SLACK_MS = 1_500  # a busy machine answers late


@pytest.mark.parametrize("how_many", [FEW, MANY])
def test_kill_9_of_one_of_two_processes_costs_at_most_one_heartbeat(
    site: Web, room: Any, classroom: Any, how_many: int
) -> None:
    with classroom(how_many) as people:
        killed_at, killed = postgres_now(), time.monotonic()
        victim = site.busiest()
        site.kill(victim)
        site.spawn(victim)  # the supervisor's work
        assert [site.answers() for _visit in range(5)] == [200] * 5, "somebody else always answers"
        people.wait_for_acks(2)
    hit = [learner for learner in people.learners if learner.broken]
    assert hit, "nobody was connected to the killed process"
    assert percentile((learner.back[0] - killed for learner in hit), 0.95) < BACK_S
    assert max(learner.lost_ms(killed_at) for learner in hit) < BEAT_S * 1000 + SLACK_MS
    assert room.complaints(people.learners) == []


@pytest.mark.full
def test_kill_9_of_both_processes_loses_nothing_that_was_acknowledged(site: Web, room: Any, classroom: Any) -> None:
    with classroom(FEW) as people:
        site.kill(0)
        site.kill(1)
        site.start(0, 1)
        people.wait_for_acks(2)
    assert all(learner.broken for learner in people.learners)
    assert room.complaints(people.learners) == []


@pytest.mark.full
def test_a_deployment_that_restarts_one_process_after_the_other_loses_nothing(
    site: Web, room: Any, classroom: Any
) -> None:
    with classroom(FEW) as people:
        for number in (0, 1):
            assert site.terminate(number) in {0, -signal.SIGTERM}, "it ends by itself"
            assert site.answers() == 200
            site.start(number)
        people.wait_for_acks(2)
    assert room.complaints(people.learners) == []


def test_without_redis_everybody_studies_on_and_newcomers_get_in(
    servers: Any, site: Web, room: Any, classroom: Any
) -> None:
    with classroom(FEW) as people:
        servers.flush_redis()
        people.wait_for_acks(2)
        servers.kill_redis()
        try:
            people.wait_for_acks(2)
            with classroom(2) as newcomers, classroom(1, over_http=True) as without_sockets:
                newcomers.wait_for_acks(1)
                without_sockets.wait_for_acks(1)
        finally:
            servers.redis.start()
        people.wait_for_acks(1)
    everybody = [*people.learners, *newcomers.learners, *without_sockets.learners]
    assert [learner.broken for learner in everybody] == [[]] * len(everybody), "no line was interrupted"
    assert room.complaints(everybody) == []


def test_postgresql_restarted_in_the_middle_loses_nothing_that_was_acknowledged(
    servers: Any, site: Web, room: Any, classroom: Any
) -> None:
    with classroom(FEW) as people, classroom(2, over_http=True) as without_sockets:
        went = time.monotonic()
        servers.crash_postgres()
        servers.postgres.start()
        up_after = time.monotonic() - went
        people.wait_for_acks(2)
        without_sockets.wait_for_acks(2)
        back_after = time.monotonic() - went
        assert site.answers() == 200
    everybody = [*people.learners, *without_sockets.learners]
    assert all(learner.broken for learner in people.learners)
    assert {status for learner in without_sockets.learners for status in learner.statuses} <= {200, 503}
    assert back_after < 30, f"PostgreSQL itself was up after {up_after:.1f} s"
    assert room.complaints(everybody) == []
