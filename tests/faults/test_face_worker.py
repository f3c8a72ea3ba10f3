"""A face worker killed with -9 in the middle of a check: the session moves on to another process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import redis
from django.utils import timezone

from proctoring import wire
from proctoring.client import workers_now
from tests.support.face_workers import face_workers
from tests.tools.cameraman import MISSED, Page, confirmed_profile, connect
from tests.tools.clips import clips_of

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def sitting(lingzhu, in_tenant, trainee_client, make_user, cache_folder):
    from proctoring import services

    client, clips = trainee_client(lingzhu), clips_of(FACE, cache_folder)
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, clips, at=timezone.now(), clerk=make_user("何敏"))
        session = services.open_camera_session(client.user, lingzhu, "study", at=timezone.now())
    return session, client.cookies["sessionid"].value, clips


def worker_of(session) -> dict[str, str]:
    """The figures of the worker in which the session has its slot."""
    from django.conf import settings

    with redis.Redis.from_url(settings.FACE_REDIS_URL) as faces:
        return next(w for w in workers_now()[0] if faces.zscore(wire.slots(w["name"]), session.uuid.hex) is not None)


def test_the_check_goes_on_at_another_worker_and_only_time_is_lost(sitting, lingzhu, in_tenant):
    from proctoring.models import LivenessAttempt

    session, cookie, clips = sitting
    host = lingzhu.host

    async def check(running):
        socket = connect(session.uuid, host, cookie)
        assert (await socket.connect(timeout=10))[0]
        page = Page(socket, clips)
        await page.until("camera.ready")
        await socket.send_to(text_data='{"type":"liveness.start"}')
        await page.until("liveness.prompt")
        first = await asyncio.to_thread(worker_of, session)
        next(p for p in running if p.pid == int(first["pid"])).kill()
        await page.until("liveness.begin", timeout=15)
        second = await asyncio.to_thread(worker_of, session)
        ended = await page.until("liveness.passed", "liveness.failed")
        if ended.get("code") in MISSED:
            ended = await page.pass_check()
        await socket.disconnect()
        return first, second, ended

    with face_workers(2) as running:
        first, second, ended = asyncio.run(check(running))
        left = workers_now()[0]
    assert ended["type"] == "liveness.passed", ended
    assert second["pid"] != first["pid"]
    assert [one["pid"] for one in left] == [second["pid"]]
    assert int(left[0]["frames"]) > 30
    assert (left[0]["failed"], left[0]["taken"]) == ("0", "0")
    with in_tenant(lingzhu):
        outcomes = [a.outcome for a in LivenessAttempt.objects.order_by("pk")]
    assert (outcomes[0], outcomes[-1]) == ("liveness.busy", "liveness.passed")
