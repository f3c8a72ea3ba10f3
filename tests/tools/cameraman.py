"""The real application and a real face worker, spoken to as the page does it: for tests of the camera's socket."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import contextmanager
from typing import Any

from channels.testing import WebsocketCommunicator

from tests.tools.clips import FPS, Clips

SEND_EVERY = 0.1
# A movement that a busy machine delivered in jerks: the page offers another try, and so does an honest person's test.
MISSED = {"liveness.uneven", "liveness.too_slow", "liveness.not_enough", "liveness.not_seen", "liveness.few_frames"}


@contextmanager
def face_worker(name: str = ""):
    """A worker in a thread with an event loop of its own, on the run's Redis."""
    from django.conf import settings

    from proctoring.examine import local_engine
    from proctoring.worker import FaceWorker

    worker = FaceWorker(local_engine(), settings.FACE_REDIS_URL, name)
    loop, stop, ready = asyncio.new_event_loop(), [], threading.Event()

    async def serve() -> None:
        stop.append(asyncio.Event())
        ready.set()
        await worker.run(stop[0])

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(5)
    _until_listed(worker.name)
    try:
        yield worker
    finally:
        loop.call_soon_threadsafe(stop[0].set)
        thread.join(10)
        loop.close()


def _until_listed(name: str) -> None:
    """Until the worker's first heartbeat is in Redis."""
    import redis
    from django.conf import settings

    from proctoring import wire

    with redis.Redis.from_url(settings.FACE_REDIS_URL) as connection:
        ends = time.monotonic() + 10
        while connection.zscore(wire.WORKERS, name) is None:
            assert time.monotonic() < ends, "the face worker did not start"
            time.sleep(0.02)


def confirmed_profile(user: Any, institution: Any, clips: Clips, *, at: Any, clerk: Any) -> Any:
    """Consent, both photos and a clerk's confirmation, by the services. Needs the institution's scope, no worker."""
    from proctoring import queries, services
    from proctoring.examine import examine_locally

    services.give_consent(user, institution, by=user, at=at)
    for kind, picture in (("id_photo", clips.id_card), ("portrait", clips.portrait)):
        report = services.save_photo(user, institution, kind, picture, by=user, at=at, look=examine_locally)
        assert report.code == "photo.ok", report
    return services.confirm_profile(queries.profile_of(user), by=clerk, institution=institution, at=at)


def connect(session_uuid: Any, host: str, cookie: str) -> WebsocketCommunicator:
    """The handshake of a browser on the institution's `host`."""
    from config.asgi import application

    headers = [
        (b"host", host.encode()),
        (b"origin", b"http://" + host.encode()),
        (b"cookie", f"sessionid={cookie}".encode()),
    ]
    return WebsocketCommunicator(application, f"/ws/camera/{session_uuid}/", headers=headers)


class Page:
    """What camera.js does, in Python: sends frames while there is credit, plays the clip that is asked for."""

    def __init__(
        self, socket: WebsocketCommunicator, clips: Clips, *, answer=lambda action: action, always: str = ""
    ) -> None:
        self.socket, self.clips, self.answer, self.always = socket, clips, answer, always
        self.messages: list[dict[str, Any]] = []
        self.token, self.credits = b"", 0
        self.clip, self.began = "neutral", time.monotonic()

    async def hear(self, timeout: float = 5) -> dict[str, Any]:
        """The next message, dealt with as the page does."""
        message = json.loads(await self.socket.receive_from(timeout))
        self.messages.append(message)
        if message["type"] == "liveness.begin":
            self.token, self.credits = bytes.fromhex(message["token"]), message["credits"]
        elif message["type"] == "camera.credit":
            self.credits += 1
        elif message["type"] == "liveness.prompt":
            self.clip, self.began = self.answer(message["action"]), time.monotonic() + 0.1
        elif message["type"] == "snapshot.request":
            await self.snapshot(message)
        return message

    async def until(self, *types: str, timeout: float = 40) -> dict[str, Any]:
        """Hear, and send frames, until a message of one of `types` comes."""
        ends, next_frame = time.monotonic() + timeout, 0.0
        while time.monotonic() < ends:
            if self.token and self.credits > 0 and time.monotonic() >= next_frame:
                next_frame = time.monotonic() + SEND_EVERY
                self.credits -= 1
                await self.socket.send_to(bytes_data=self.token + self.look())
            if await self.socket.receive_nothing(0.02, 0.005):
                continue
            message = await self.hear()
            if message["type"] in types:
                if message["type"] in ("liveness.passed", "liveness.failed"):
                    self.token = b""
                return message
        raise AssertionError(f"none of {types} came; heard {[m['type'] for m in self.messages][-8:]}")

    def look(self) -> bytes:
        """The frame before the camera now."""
        frames = self.clips.actions[self.always or self.clip]
        index = int(max(0.0, time.monotonic() - self.began) * FPS)
        if index >= len(frames) and not self.always:
            self.clip, self.began, frames, index = "neutral", time.monotonic(), self.clips.actions["neutral"], 0
        return frames[index % len(frames)]

    async def snapshot(self, request: dict[str, Any]) -> None:
        for _ in range(request["frames"]):
            await self.socket.send_to(bytes_data=bytes.fromhex(request["token"]) + self.look())

    async def pass_check(self, tries: int = 4) -> dict[str, Any]:
        """An honest person's checks, until one passes; a missed movement is done again, as on the page."""
        for _ in range(tries):
            ended = await self.check()
            if ended.get("code") not in MISSED:
                break
        return ended

    async def check(self) -> dict[str, Any]:
        """A whole liveness check."""
        await self.socket.send_to(text_data='{"type":"liveness.start"}')
        return await self.until("liveness.passed", "liveness.failed")
