"""The heartbeat over the real application: sockets, batcher, PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

from learning.signing import file_of, is_signed
from tests.support import people
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import Page, cookie_of, later

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest.fixture
def in_scope(lingzhu: Any, in_tenant: Any) -> Any:
    """Run a synchronous function in the institution, from a test on the event loop."""

    def run(function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with in_tenant(lingzhu):
                return function(*args, **kwargs)
        finally:
            connections.close_all()  # this thread outlives the test's database

    return sync_to_async(run)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Study:
    with in_tenant(lingzhu):
        made = make_study(lingzhu)
        made.open_camera(at=postgres_now() - timedelta(minutes=2))
        made.open(at=postgres_now())
    return made


@pytest.fixture
def cookie(study: Study, lingzhu: Any) -> str:
    return cookie_of(study, lingzhu)


@pytest_asyncio.fixture(autouse=True)
async def _no_connection_stays() -> Any:
    yield
    from learning.beats import batcher

    await batcher().close()


async def test_ten_seconds_of_playing_are_credited_before_the_answer(study: Study, cookie: str, in_scope: Any) -> None:
    page = Page(study, cookie)
    hello = await page.open()
    assert (hello["type"], hello["credited_ms"], hello["edge"], len(hello["segments"])) == ("hello", 0, 6, 6)
    assert (await page.beat())["credit_ms"] == 0
    await in_scope(later, study, 10)
    ack = await page.beat()
    assert 10_000 <= ack["credit_ms"] < 11_000
    assert ack["state"] == "counting"
    assert ack["edge"] == 9
    assert [query[:3] for query in ack["segments"]] == ["?e="] * 3
    assert await in_scope(study.credited_ms) == await in_scope(study.span_ms) == ack["credited_ms"]


async def test_addresses_told_over_the_socket_are_good_in_the_browser_they_were_told_to(
    study: Study, cookie: str, in_scope: Any
) -> None:
    def signed(queries: list[str], first: int, browser: str) -> list[bool]:
        found = []
        for index, query in enumerate(queries, first):
            given = parse_qs(query.removeprefix("?"))
            name, expires = file_of(index), int(given["e"][0])
            folder = study.session.progress.media.folder
            found.append(is_signed(study.session.uuid, folder, name, expires, browser, given["s"][0]))
        return found

    page = Page(study, cookie)
    hello = await page.open()
    await page.beat()
    await in_scope(later, study, 10)
    ack = await page.beat()
    for queries, first in ((hello["segments"], 0), (ack["segments"], 6)):
        assert await in_scope(signed, queries, first, cookie) == [True] * len(queries)
        assert await in_scope(signed, queries, first, "another") == [False] * len(queries)
    assert (len(hello["segments"]), len(ack["segments"])) == (6, 3)


async def test_a_new_socket_goes_on_at_the_committed_second(study: Study, cookie: str, in_scope: Any) -> None:
    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await in_scope(later, study, 9)
    credited = (await page.beat())["credited_ms"]
    await page.socket.disconnect()
    again = Page(study, cookie)
    hello = await again.open()
    assert hello["credited_ms"] == credited
    await in_scope(later, study, 60)
    assert (await again.beat())["credit_ms"] == 0


async def test_the_end_of_a_lesson_is_told_and_the_sitting_is_over(study: Study, cookie: str, in_scope: Any) -> None:
    page = Page(study, cookie)
    await page.open()
    await page.beat()
    for _beat in range(2):
        await in_scope(later, study, 20)
        ack = await page.beat()
    assert (ack["credited_ms"], ack["state"]) == (40_000, "paused:complete")
    assert await page.hear() == {"type": "lesson_complete", "all_complete": False}
    assert await page.closed_with() == 4000
    again = Page(study, cookie)
    assert (await again.open())["code"] == "study.complete"


async def test_after_the_last_lesson_the_review_begins(study: Study, cookie: str, in_scope: Any) -> None:
    from learning.models import Enrolment, HoursState

    for _lesson in study.lessons:
        page = Page(study, cookie)
        await page.open()
        await page.beat()
        for _beat in range(2):
            await in_scope(later, study, 20)
            await page.beat()
        told = await page.hear()
        await page.socket.disconnect()
        if not told["all_complete"]:
            await in_scope(lambda: study.open(at=postgres_now()))
    assert told == {"type": "lesson_complete", "all_complete": True}
    enrolment = await in_scope(Enrolment.objects.get, pk=study.enrolment.pk)
    assert enrolment.hours_state == HoursState.IN_REVIEW


async def test_when_the_camera_check_expires_time_stops_and_the_page_is_told(
    study: Study, cookie: str, in_scope: Any
) -> None:
    def expire() -> None:
        study.camera.verified_until = postgres_now() - timedelta(seconds=6)
        study.camera.save()

    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await in_scope(later, study, 10)
    await in_scope(expire)
    ack = await page.beat()
    assert ack["state"] == "paused:camera.expired"
    assert 3_500 <= ack["credit_ms"] <= 4_500
    await in_scope(later, study, 5)
    assert (await page.beat())["credit_ms"] == 0


async def test_the_older_window_is_told_that_it_was_taken_over(study: Study, cookie: str, in_scope: Any) -> None:
    def elsewhere() -> None:
        study.open_camera(at=postgres_now() - timedelta(seconds=1))
        study.open(at=postgres_now())

    page = Page(study, cookie)
    await page.open()
    await in_scope(elsewhere)
    refused = await page.beat()
    assert (refused["code"], refused["fatal"]) == ("study.taken_over", True)
    assert await page.closed_with() == 4403


async def test_another_institutions_page_cannot_open_the_socket(study: Study, cookie: str) -> None:
    page = Page(study, cookie, origin="http://jiangxin.test")
    assert (await page.open())["code"] == "handshake.foreign_origin"
    page = Page(study, cookie, host="jiangxin.test")
    assert (await page.open())["code"] == "handshake.signed_out"


async def test_somebody_elses_sitting_is_not_found(study: Study, lingzhu: Any, in_scope: Any) -> None:
    def other() -> str:
        return people.signed_in(people.make_user("别人"), lingzhu).cookies[settings.SESSION_COOKIE_NAME].value

    page = Page(study, await in_scope(other))
    assert (await page.open())["code"] == "study.not_yours"


async def test_when_the_database_connection_breaks_nothing_is_acknowledged_and_the_next_beat_works(
    study: Study, cookie: str, in_scope: Any
) -> None:
    from learning.beats import batcher

    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await batcher().connection.close()
    await in_scope(later, study, 10)
    assert 10_000 <= (await page.beat())["credit_ms"] < 11_000


async def test_many_sockets_share_one_statement(study: Study, cookie: str, in_scope: Any, lingzhu: Any) -> None:
    from learning.beats import batcher
    from learning.beats_sql import Beat

    def others() -> list[Beat]:
        made = []
        for _person in range(20):
            one = make_study(lingzhu, lengths_ms=(40_000,))
            one.open_camera(at=postgres_now())
            session = one.open(at=postgres_now())
            made.append(Beat(session.pk, session.seq, session.nonce, True))
        return made

    beats = await in_scope(others)
    asked = []
    execute = batcher()._execute

    async def counted(batch: list[Beat]) -> Any:
        asked.append(len(batch))
        return await execute(batch)

    batcher()._execute = counted  # type: ignore[method-assign]
    answers = await asyncio.gather(*(batcher().credit(beat) for beat in [*beats, beats[0]]))
    assert asked == [20]
    assert [answer.accepted for answer in answers] == [True] * 20 + [False]
