"""The face worker: one process, one core, models loaded once. Reads frames from its Redis streams, answers sockets.

It knows no database: what it needs (rules, template) comes with the first entry of a challenge, what it finds goes back
to the socket's process, which writes it down. Killed, it loses nothing but frames a few seconds old.
"""

import asyncio
import json
import time
import uuid
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import redis.asyncio as aioredis
import structlog
from channels.layers import get_channel_layer

from proctoring import wire
from proctoring.engine import FaceEngine
from proctoring.examine import examine_locally
from proctoring.liveness import Judge
from proctoring.rules import ProctoringRules
from proctoring.sitting import Sitting, look_at_snapshot
from proctoring.vectors import from_bytes

log = structlog.get_logger(__name__)
Entry = dict[bytes, bytes]
FORGET_S = 90.0
RETRY_S = 1.0


@lru_cache(maxsize=8)
def _rules(text: str) -> ProctoringRules:
    return ProctoringRules(**json.loads(text))


class FaceWorker:
    """`await run(stop)` until `stop` is set."""

    def __init__(self, engine: FaceEngine, redis_url: str, name: str = "") -> None:
        self.engine = engine
        self.name = name or uuid.uuid4().hex[:12]
        self._redis = aioredis.Redis.from_url(redis_url)
        self._last = {self._inbox(lane): "0" for lane in (wire.LIVE, wire.WORK)}
        self._sittings: dict[str, tuple[Sitting, float]] = {}
        self._clock_offset = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; a Redis that goes away is waited for."""
        beat = asyncio.create_task(self._beat(stop))
        log.info("face_worker.ready", worker=self.name, engine=self.engine.name)
        try:
            while not stop.is_set():
                try:
                    await self._turn()
                except (aioredis.RedisError, OSError) as error:
                    log.warning("face_worker.redis_lost", error=type(error).__name__)
                    await asyncio.sleep(RETRY_S)
        finally:
            beat.cancel()
            await self._leave()

    async def _beat(self, stop: asyncio.Event) -> None:
        """Say once a second that this worker lives, and forget challenges nobody feeds any more."""
        while not stop.is_set():
            try:
                seconds, micros = await self._redis.time()
                self._clock_offset = seconds + micros / 1e6 - time.time()
                await self._redis.zadd(wire.WORKERS, {self.name: seconds})
                await self._redis.zremrangebyscore(wire.WORKERS, "-inf", seconds - 60)
            except (aioredis.RedisError, OSError):
                pass  # the read loop reports it
            old = [key for key, (_sitting, since) in self._sittings.items() if time.monotonic() - since > FORGET_S]
            for key in old:
                del self._sittings[key]
            await asyncio.sleep(1)

    async def _leave(self) -> None:
        """Give up the name at once, so that sockets move on without waiting for the heartbeat to grow old."""
        try:
            await self._redis.zrem(wire.WORKERS, self.name)
            await self._redis.delete(*self._last, wire.slots(self.name))
        except (aioredis.RedisError, OSError):
            pass
        await self._redis.aclose()  # type: ignore[attr-defined]

    def _inbox(self, lane: str) -> str:
        return wire.inbox(self.name, lane)

    async def _turn(self) -> None:
        """One read: all waiting liveness entries first; only when there are none, one of the other work."""
        live = self._inbox(wire.LIVE)
        found = await self._redis.xread({live: self._last[live]}, count=16)
        if not found:
            found = await self._redis.xread(dict(self._last), count=1, block=500)
        for stream, entries in found:
            name = stream.decode()
            for entry_id, fields in entries:
                self._last[name] = entry_id.decode()
                await self._redis.xdel(name, entry_id)
                await self._handle(name == live, entry_id, fields)

    async def _handle(self, live: bool, entry_id: bytes, entry: Entry) -> None:
        """One entry; a bad one costs only itself."""
        age = time.time() + self._clock_offset - int(entry_id.split(b"-")[0]) / 1000
        handler = getattr(self, f"_on_{entry[b'kind'].decode()}")
        try:
            await handler(entry, age > (wire.STALE_LIVE_S if live else wire.STALE_WORK_S))
        except (aioredis.RedisError, OSError):
            raise
        except Exception:
            log.exception("face_worker.entry_failed", kind=entry[b"kind"].decode())

    async def _on_begin(self, entry: Entry, stale: bool) -> None:
        rules = _rules(entry[b"rules"].decode())
        known = from_bytes(entry[b"known"])
        judge = Judge(json.loads(entry[b"actions"]), rules)
        key = entry[b"attempt"].decode()
        self._sittings[key] = (Sitting(self.engine, rules, judge, known), time.monotonic())

    async def _on_frame(self, entry: Entry, stale: bool) -> None:
        """A stale frame is not judged, but its credit goes back."""
        found = self._sittings.get(entry[b"attempt"].decode())
        if found is None:
            return
        state, events = ("late", []) if stale else found[0].frame(float(entry[b"t"]), entry[b"data"])
        await self._tell(entry, state, events)

    async def _on_prompted(self, entry: Entry, stale: bool) -> None:
        found = self._sittings.get(entry[b"attempt"].decode())
        if found is not None:
            found[0].prompted(float(entry[b"t"]))

    async def _on_deadline(self, entry: Entry, stale: bool) -> None:
        found = self._sittings.get(entry[b"attempt"].decode())
        events = found[0].deadline(float(entry[b"t"])) if found else []
        if events:
            await self._tell(entry, "", events)

    async def _on_end(self, entry: Entry, stale: bool) -> None:
        self._sittings.pop(entry[b"attempt"].decode(), None)

    async def _on_snapshot(self, entry: Entry, stale: bool) -> None:
        if stale:
            return
        jpegs = [entry[key] for key in sorted(entry) if key.startswith(b"jpeg")]
        known = from_bytes(entry[b"known"])
        seen, picture = look_at_snapshot(self.engine, jpegs, known, _rules(entry[b"rules"].decode()))
        await self._send(entry, {"type": "face.snapshot", "request": entry[b"request"].decode(), "picture": picture} | {
            "seen": asdict(seen)
        })  # fmt: skip

    async def _on_still(self, entry: Entry, stale: bool) -> None:
        if stale:
            return
        reply = entry[b"reply"].decode()
        await self._redis.rpush(reply, json.dumps(asdict(examine_locally(entry[b"data"], quick=b"quick" in entry))))
        await self._redis.expire(reply, int(wire.STILL_S))

    async def _tell(self, entry: Entry, state: str, events: list[dict[str, Any]]) -> None:
        if any(event["kind"] == "over" for event in events):
            self._sittings.pop(entry[b"attempt"].decode(), None)
        await self._send(
            entry, {"type": "face.events", "attempt": entry[b"attempt"].decode(), "face": state, "events": events}
        )

    async def _send(self, entry: Entry, message: dict[str, Any]) -> None:
        """Straight to the socket's own channel; a full or vanished one is its loss."""
        from channels.exceptions import ChannelFull

        layer = get_channel_layer()
        assert layer is not None
        try:
            await layer.send(entry[b"channel"].decode(), message)
        except ChannelFull:
            log.warning("face_worker.channel_full")
