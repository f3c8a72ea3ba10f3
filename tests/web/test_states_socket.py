"""A suspension while somebody studies, over the real socket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections

from tests.support.people import BEFORE
from tests.support.study import make_study, postgres_now
from tests.support.study_page import Page, cookie_of, later

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture(autouse=True)
async def _no_connection_stays() -> Any:
    yield
    from learning.beats import batcher

    await batcher().close()


async def test_the_open_socket_is_told_and_the_next_one_is_refused(lingzhu: Any, in_tenant: Any) -> None:
    from cms.states import change_state
    from tenants.models import State

    def in_scope(function: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            with in_tenant(lingzhu):
                return function(*args, **kwargs)
        finally:
            connections.close_all()

    def begin() -> Any:
        study = make_study(lingzhu)
        study.open_camera(at=postgres_now() - timedelta(minutes=2))
        study.open(at=postgres_now())
        return study, cookie_of(study, lingzhu)

    study, cookie = await sync_to_async(in_scope)(begin)
    page = Page(study, cookie)
    await page.open()
    await page.beat()
    await sync_to_async(in_scope)(later, study, 10)
    counted = (await page.beat())["credited_ms"]
    await sync_to_async(in_scope)(change_state, lingzhu, State.SUSPENDED, reason="整改", by=None, at=BEFORE)
    await sync_to_async(in_scope)(later, study, 10)
    told = await page.beat()
    assert (told["type"], told["code"]) == ("refused", "study.suspended")
    assert await page.closed_with() == 4403
    assert await sync_to_async(in_scope)(study.credited_ms) == counted
    again = Page(study, cookie)
    assert (await again.open())["code"] == "handshake.suspended"
