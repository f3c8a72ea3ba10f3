"""THREATS "Study and hours": nothing earns a second that was not watched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

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
        made = make_study(lingzhu, lengths_ms=(2_700_000, 2_700_000))
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


async def test_claims_of_time_position_or_percent_are_refused(study: Study, cookie: str, in_scope: Any) -> None:
    page = Page(study, cookie)
    await page.open()
    named = {"type": "beat", "playing": True, **page.next}
    for claim in ({"position": 2_700}, {"percent": 100}, {"minutes": 45}, {"from": 0, "to": 100}, {"credited_ms": 1}):
        assert (await page.say(**named, **claim))["code"] == "study.unknown_field"
    for broken in ({"type": "complete"}, {"type": "beat"}, {**named, "playing": 1}, {**named, "seq": True}):
        assert (await page.say(**broken))["code"] == "study.malformed"
    assert await in_scope(study.credited_ms) == 0


async def test_a_thousand_replayed_forged_and_reordered_beats_earn_nothing(
    study: Study, cookie: str, in_scope: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.beats.WINDOW_S", 0)  # a thousand times 25 ms would only be waited for
    from learning.beats import batcher
    from learning.beats_sql import Beat

    page = Page(study, cookie)
    await page.open()
    first = dict(page.next)
    await page.beat()
    await in_scope(later, study, 10)
    await page.beat()
    earned = await in_scope(study.credited_ms)
    await in_scope(later, study, 10)
    session = study.session.pk
    forged = [Beat(session, first["seq"] + step % 7, uuid4(), True) for step in range(990)]
    replayed = [Beat(session, first["seq"], first["nonce"], True) for _again in range(10)]
    for beat in [*forged, *replayed]:
        assert not (await batcher().credit(beat)).accepted
    assert await in_scope(study.credited_ms) == await in_scope(study.span_ms) == earned


async def test_a_burst_of_a_hundred_beats_earns_no_more_than_the_time_that_passed(
    study: Study, cookie: str, in_scope: Any
) -> None:
    page = Page(study, cookie)
    await page.open()
    began = await in_scope(postgres_now)
    refused = 0
    for _beat in range(100):
        answer = await page.beat()
        refused += answer["type"] == "refused"
        if refused == 20:
            break
    assert answer["code"] == "study.too_many"
    assert await page.closed_with() == 4429
    passed_ms = (await in_scope(postgres_now) - began) / timedelta(milliseconds=1)
    assert await in_scope(study.credited_ms) <= passed_ms
    assert await in_scope(incidents_of, study, wanted=1) == [("abuse", "study", "study.too_many", 1)]


def incidents_of(study: Study, wanted: int) -> list[tuple[str, str, str, int]]:
    """What the reviewer will see, once it has been written: the socket is closed first."""
    from config.processes import wait_until
    from proctoring.models import Incident

    rows = Incident.objects.filter(session=study.camera)
    assert wait_until(lambda: rows.count() >= wanted, 10)
    return [(row.kind, row.data["where"], row.data["code"], row.data["times"]) for row in rows]


async def test_a_script_that_comes_again_is_one_incident_that_counts(study: Study, cookie: str, in_scope: Any) -> None:
    for _visit in range(2):
        page = Page(study, cookie)
        await page.open()
        for _message in range(19):
            assert (await page.say(type="complete"))["code"] in ("study.malformed", "study.too_many")
        await page.say(type="complete")
        assert await page.closed_with() == 4429
        await page.socket.wait()
    assert await in_scope(incidents_of, study, wanted=1) == [("abuse", "study", "study.malformed", 2)]


async def test_two_windows_and_two_cameras_never_earn_twice(study: Study, cookie: str, in_scope: Any) -> None:
    def second_window() -> None:
        study.open_camera(at=postgres_now() - timedelta(minutes=1))
        study.open(at=postgres_now())

    old = Page(study, cookie)
    await old.open()
    await old.beat()
    await in_scope(second_window)
    new = Page(study, cookie)
    await new.open()
    await new.beat()
    await in_scope(later, study, 10)
    assert (await new.beat())["credit_ms"] >= 10_000
    assert (await old.beat())["code"] == "study.taken_over"
    assert await in_scope(study.credited_ms) < 11_000


async def test_two_sockets_of_one_sitting_share_one_clock(study: Study, cookie: str, in_scope: Any) -> None:
    one, two = Page(study, cookie), Page(study, cookie)
    await one.open()
    await two.open()
    await two.beat()
    await in_scope(later, study, 10)
    assert (await one.beat())["code"] == "study.stale"
    assert (await two.beat())["credit_ms"] >= 10_000
    assert await in_scope(study.credited_ms) < 11_000


async def test_beats_after_signing_out_are_refused(study: Study, lingzhu: Any, in_scope: Any) -> None:
    browser = await in_scope(people.signed_in, study.user, lingzhu)
    page = Page(study, browser.cookies[settings.SESSION_COOKIE_NAME].value)
    await page.open()
    await page.beat()
    await in_scope(later, study, 10)
    assert (await in_scope(browser.post, "/signin/out/")).status_code == 302
    refused = await page.beat()
    assert (refused["code"], refused["fatal"]) == ("study.signed_out", True)
    assert await in_scope(study.credited_ms) == 0


async def test_time_without_a_connection_earns_nothing(study: Study, cookie: str, in_scope: Any) -> None:
    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await page.socket.disconnect()
    await in_scope(later, study, 600)
    back = Page(study, cookie)
    await back.open()
    await back.beat()
    assert await in_scope(study.credited_ms) == 0


async def test_a_megabyte_of_message_is_refused(study: Study, cookie: str) -> None:
    page = Page(study, cookie)
    await page.open()
    assert (await page.say(type="beat", nonce="x" * 1_000_000))["code"] == "study.malformed"
