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

import numpy as np
import redis.asyncio as aioredis
import structlog

from proctoring import wire
from proctoring.engine import FaceEngine
from proctoring.examine import examine_locally
from proctoring.liveness import Judge
from proctoring.post import tell_socket
from proctoring.rules import ProctoringRules
from proctoring.sitting import Sitting, look_at_snapshot
from proctoring.vectors import open_known
from proctoring.worker_stats import Stats

log = structlog.get_logger(__name__)
Entry = dict[bytes, bytes]
FORGET_S = 90.0
RETRY_S = 1.0
LOOKS = 3


@lru_cache(maxsize=8)
def _rules(text: str) -> ProctoringRules:
    return ProctoringRules(**json.loads(text))


def _warm_up(engine: FaceEngine) -> float:
    """Load what an engine only loads when it is first asked; milliseconds that a frame without a face then takes.

    Such a frame costs most: with it as the first estimate a worker begins with few checks and takes more as it sees.
    """
    picture = np.full((480, 640, 3), 127, np.uint8)
    angles = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    ring = np.stack([320 + 80 * np.cos(angles), 240 + 100 * np.sin(angles)], axis=1).astype(np.float32)
    engine.detect(np.ascontiguousarray(picture[:, :, 0]))
    engine.embed(picture, ring, mirrored=False)
    began = time.monotonic()
    for _look in range(LOOKS):
        engine.detect(np.ascontiguousarray(picture[:, :, 0]))
    return 1000 * (time.monotonic() - began) / LOOKS


class FaceWorker:
    """`await run(stop)` until `stop` is set."""

    def __init__(self, engine: FaceEngine, redis_url: str, name: str = "") -> None:
        self.engine = engine
        self.name = name or uuid.uuid4().hex[:12]
        self._redis = aioredis.Redis.from_url(redis_url)
        self._last = {self._inbox(lane): "0" for lane in (wire.LIVE, wire.WORK)}
        self._taken: dict[str, list[bytes]] = {}  # read, and to be deleted with the next read
        self._sittings: dict[str, tuple[Sitting, float]] = {}
        self._clock_offset = 0.0
        self.stats = Stats(engine.name)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; a Redis that goes away is waited for."""
        self.stats.frame_ms = _warm_up(self.engine)
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
                told: Any = self.stats.told(len(self._sittings))
                async with self._redis.pipeline(transaction=False) as pipe:
                    pipe.hset(wire.stats(self.name), mapping=told)
                    pipe.expire(wire.stats(self.name), wire.STATS_TTL_S)
                    pipe.zadd(wire.WORKERS, {self.name: seconds})
                    pipe.zremrangebyscore(wire.WORKERS, "-inf", seconds - 60)
                    await pipe.execute()
            except (aioredis.RedisError, OSError):
                pass  # the read loop reports it
            old = [key for key, (_sitting, fed_at) in self._sittings.items() if time.monotonic() - fed_at > FORGET_S]
            for key in old:
                del self._sittings[key]
            await asyncio.sleep(1)

    async def _leave(self) -> None:
        """Give up the name at once, so that sockets move on without waiting for the heartbeat to grow old."""
        try:
            await self._redis.zrem(wire.WORKERS, self.name)
            await self._redis.delete(*self._last, wire.slots(self.name), wire.stats(self.name))
        except (aioredis.RedisError, OSError):
            pass
        await self._redis.aclose()  # type: ignore[attr-defined]

    def _inbox(self, lane: str) -> str:
        return wire.inbox(self.name, lane)

    async def _turn(self) -> None:
        """One read: all waiting liveness entries first; only when there are none, one of the other work."""
        live = self._inbox(wire.LIVE)
        found = await self._read({live: self._last[live]}, count=16) if self._sittings else []
        if not found:
            found = await self._read(dict(self._last), count=1, block=500)
        for stream, entries in found:
            name = stream.decode()
            self._taken[name] = [entry_id for entry_id, _fields in entries]
            self._last[name] = entries[-1][0].decode()
            for entry_id, fields in entries:
                await self._handle(name == live, entry_id, fields)

    async def _read(self, streams: dict[str, str], *, count: int, block: int | None = None) -> Any:
        """The next entries. What was read before is deleted on the way: a round trip is a twentieth of a frame."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for name, ids in self._taken.items():
                pipe.xdel(name, *ids)
            pipe.xread(streams, count=count, block=block)
            *_deleted, found = await pipe.execute()
        self._taken = {}
        return found

    async def _handle(self, live: bool, entry_id: bytes, entry: Entry) -> None:
        """One entry; a bad one costs only itself."""
        age = time.time() + self._clock_offset - int(entry_id.split(b"-")[0]) / 1000
        handler = getattr(self, f"_on_{entry[b'kind'].decode()}")
        try:
            await handler(entry, age, age > (wire.STALE_LIVE_S if live else wire.STALE_WORK_S))
        except (aioredis.RedisError, OSError):
            raise
        except Exception:
            self.stats.failed += 1
            log.exception("face_worker.entry_failed", kind=entry[b"kind"].decode())

    async def _on_begin(self, entry: Entry, age: float, stale: bool) -> None:
        rules = _rules(entry[b"rules"].decode())
        known = open_known(entry[b"known"], self.engine.edition.label)
        judge = Judge(json.loads(entry[b"actions"]), rules)
        key = entry[b"attempt"].decode()
        self._sittings[key] = (Sitting(self.engine, rules, judge, known), time.monotonic())

    async def _on_frame(self, entry: Entry, age: float, stale: bool) -> None:
        """A stale frame is not judged, but its credit goes back."""
        key = entry[b"attempt"].decode()
        if key not in self._sittings:
            return
        sitting, began = self._sittings[key][0], time.monotonic()
        self._sittings[key] = (sitting, began)
        sitting.late(max(0.0, age))
        if stale:
            self.stats.stale += 1
            return await self._tell(entry, "late", [], sitting.progress)
        state, events = sitting.frame(float(entry[b"t"]), entry[b"data"])
        self.stats.frame(time.monotonic() - began)
        await self._tell(entry, state, events, sitting.progress)

    async def _on_prompted(self, entry: Entry, age: float, stale: bool) -> None:
        found = self._sittings.get(entry[b"attempt"].decode())
        if found is not None:
            found[0].prompted(float(entry[b"t"]))

    async def _on_deadline(self, entry: Entry, age: float, stale: bool) -> None:
        found = self._sittings.get(entry[b"attempt"].decode())
        events = found[0].deadline(float(entry[b"t"])) if found else []
        if events:
            await self._tell(entry, "", events)

    async def _on_end(self, entry: Entry, age: float, stale: bool) -> None:
        self._sittings.pop(entry[b"attempt"].decode(), None)

    async def _on_snapshot(self, entry: Entry, age: float, stale: bool) -> None:
        if stale:
            self.stats.stale += 1
            return
        began = time.monotonic()
        jpegs = [entry[key] for key in sorted(entry) if key.startswith(b"jpeg")]
        known = open_known(entry[b"known"], self.engine.edition.label)
        seen, picture = look_at_snapshot(self.engine, jpegs, known, _rules(entry[b"rules"].decode()))
        self.stats.snapshot(time.monotonic() - began)
        await self._send(entry, {"type": "face.snapshot", "request": entry[b"request"].decode(), "picture": picture} | {
            "seen": asdict(seen)
        })  # fmt: skip

    async def _on_still(self, entry: Entry, age: float, stale: bool) -> None:
        if stale:
            self.stats.stale += 1
            return
        reply, began = entry[b"reply"].decode(), time.monotonic()
        measured = examine_locally(entry[b"data"], quick=b"quick" in entry)
        self.stats.still(time.monotonic() - began)
        await self._redis.rpush(reply, json.dumps(asdict(measured)))
        await self._redis.expire(reply, int(wire.STILL_S))

    async def _tell(self, entry: Entry, state: str, events: list[dict[str, Any]], progress: float = 0.0) -> None:
        """`state` is empty when no frame was dealt with: no credit goes back."""
        attempt = entry[b"attempt"].decode()
        if any(event["kind"] == "over" for event in events):
            self._sittings.pop(attempt, None)
        told = {"type": "face.events", "attempt": attempt, "face": state, "events": events, "progress": progress}
        await self._send(entry, told)

    async def _send(self, entry: Entry, message: dict[str, Any]) -> None:
        """Straight to the socket's own channel; a full or vanished one is its loss."""
        if not await tell_socket(entry[b"channel"].decode(), message):
            log.warning("face_worker.channel_full")
