"""A flood at a real Daphne: wrong frames as fast as the line takes them, and the process stays as it is."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path

import pytest
import websockets
from django.utils import timezone

from tests.support.live import daphne
from tests.tools.cameraman import confirmed_profile
from tests.tools.clips import clips_of

FACE = Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg"
SOCKETS, MOST_S, RATE = 2, 20.0, 1000
GROWTH_MB = 40
pytestmark = pytest.mark.usefixtures("committed")


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


@pytest.fixture
def sitting(lingzhu, in_tenant, trainee_client, make_user, cache_folder):
    from proctoring import services

    client, clips = trainee_client(lingzhu), clips_of(FACE, cache_folder)
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, clips, at=timezone.now(), clerk=make_user("何敏"))
        session = services.open_camera_session(client.user, lingzhu, "study", at=timezone.now())
    return session, client.cookies["sessionid"].value, clips.actions["neutral"][0]


async def flood(port, session, cookie, messages):
    """On one socket after the other `RATE` messages a second until it is closed; (messages sent, close codes)."""
    host = f"lingzhu.localhost:{port}"
    page = {"origin": f"http://{host}", "additional_headers": {"Cookie": f"sessionid={cookie}"}}
    address = f"ws://{host}/ws/camera/{session.uuid}/"
    sent, codes = 0, []
    for _number in range(SOCKETS):
        async with websockets.connect(
            address, host="127.0.0.1", port=port, **page, open_timeout=60, ping_interval=None
        ) as socket:
            first = json.loads(await socket.recv())
            assert first["type"] == "camera.ready", (first, sent, codes)
            ends = time.monotonic() + MOST_S
            with contextlib.suppress(websockets.ConnectionClosed):
                while time.monotonic() < ends:
                    await socket.send(messages[sent % len(messages)])
                    sent += 1
                    await asyncio.sleep(1 / RATE)
            codes.append(socket.close_code)
    return sent, codes


def test_a_thousand_wrong_frames_a_second_close_the_socket_and_the_memory_stays_flat(sitting, lingzhu, in_tenant):
    from proctoring.models import CameraSession, Incident

    session, cookie, frame = sitting
    token = b"\0" * 16
    messages = [token + frame, token + b"\xff\xd8" + b"\0" * 60_000, b"x" * 65_000, token, '{"type":"liveness.passed"}']
    with daphne() as web:
        pid = web.process.pid
        asyncio.run(flood(web.port, session, cookie, messages))  # what it loads at the first visit is no growth
        before = resident_mb(pid)
        sent, codes = asyncio.run(flood(web.port, session, cookie, messages))
        after = resident_mb(pid)
        assert web.answers()
    assert sent >= 20 * SOCKETS
    assert len(codes) == SOCKETS
    assert set(codes) <= {4429, 1006}  # who goes on sending to a closed door may get a reset before the reason
    assert after - before < GROWTH_MB, (before, after)
    with in_tenant(lingzhu):
        assert [i.kind for i in Incident.objects.filter(session=session)] == ["abuse"] * 2 * SOCKETS
        assert CameraSession.objects.get(pk=session.pk).verified_until is None
