"""Who may begin a check: slots by what a frame costs, places in the queue, workers that fall silent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import redis

from proctoring import post, wire
from proctoring.rules import ProctoringRules
from proctoring.worker_stats import SLOTS, Stats

RULES = ProctoringRules()


@pytest.fixture
def faces():
    from django.conf import settings

    with redis.Redis.from_url(settings.FACE_REDIS_URL) as connection:
        connection.flushdb()
        yield connection
        connection.flushdb()


def alive(faces, name, frame_ms=0.0):
    """A worker that has just said that it lives, and what a frame costs it."""
    stats = Stats("dlib", frame_ms=frame_ms)
    faces.hset(wire.stats(name), mapping=stats.told(0))
    faces.zadd(wire.WORKERS, {name: faces.time()[0]})


def ask(*sessions, rules=RULES):
    async def asking():
        return [await post.ask_for_slot(session, rules) for session in sessions]

    return asyncio.run(asking())


@pytest.mark.parametrize(("frame_ms", "slots"), [(0.0, SLOTS), (8.0, 10), (16.0, 5), (40.0, 2), (500.0, 1)])
def test_a_worker_takes_as_many_checks_as_its_core_can_follow(frame_ms, slots):
    assert Stats("dlib", frame_ms=frame_ms).slots == slots


def test_a_slow_core_gets_fewer_and_the_rest_wait_and_see_their_place(faces):
    alive(faces, "slow", frame_ms=40.0)
    assert ask("a", "b", "c", "d") == [("slow", 0, 2), ("slow", 0, 2), ("", 1, 2), ("", 2, 2)]


def test_the_rules_are_the_most_a_quick_core_gets(faces):
    alive(faces, "quick", frame_ms=1.0)
    assert ask("a", "b", "c", rules=replace(RULES, slots_per_worker=2))[-1] == ("", 1, 2)


def test_a_slot_given_back_goes_to_whoever_waits_longest(faces):
    alive(faces, "one", frame_ms=80.0)
    assert ask("a", "b", "c") == [("one", 0, 1), ("", 1, 1), ("", 2, 1)]
    asyncio.run(post.return_slot("one", "a"))
    assert ask("c", "b") == [("", 1, 1), ("one", 0, 1)]


def test_checks_are_spread_over_the_workers(faces):
    alive(faces, "one", frame_ms=16.0)
    alive(faces, "two", frame_ms=16.0)
    assert sorted(worker for worker, _place, _slots in ask("a", "b", "c", "d")) == ["one", "one", "two", "two"]


def test_a_slot_nobody_renews_frees_itself_and_a_renewed_one_does_not(faces):
    alive(faces, "one", frame_ms=80.0)
    ask("a")
    granted = faces.zscore(wire.slots("one"), "a")
    faces.zadd(wire.slots("one"), {"a": granted - wire.SLOT_S + 1})
    asyncio.run(post.renew_slot("one", "a"))
    assert faces.zscore(wire.slots("one"), "a") > granted - 1
    faces.zadd(wire.slots("one"), {"a": granted - wire.SLOT_S - 1})
    assert ask("b") == [("one", 0, 1)]
    asyncio.run(post.renew_slot("one", "a"))  # too late: it is not taken back
    assert faces.zrange(wire.slots("one"), 0, -1) == [b"b"]


def test_a_worker_reported_silent_is_asked_no_more_until_it_speaks_again(faces):
    alive(faces, "one")
    asyncio.run(post.report_silent("one"))
    assert ask("a") == [("", 0, 0)]
    alive(faces, "one")
    assert ask("a")[0][0] == "one"


def test_what_nobody_reads_is_gone_within_seconds(faces):
    async def fill():
        for number in range(wire.INBOX_LENGTH + 50):
            await post.hand_over("one", wire.LIVE, {"kind": "frame", "t": number, "data": b"x"})

    asyncio.run(fill())
    assert faces.xlen(wire.inbox("one", wire.LIVE)) == wire.INBOX_LENGTH
    assert 0 < faces.ttl(wire.inbox("one", wire.LIVE)) <= wire.INBOX_TTL_S
