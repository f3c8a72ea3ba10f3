"""The socket's side of the face Redis: ask for a slot, hand entries to a worker."""

import asyncio
import json
import time
from dataclasses import asdict
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio as aioredis
from channels.layers import get_channel_layer
from django.conf import settings

from proctoring import wire
from proctoring.rules import ProctoringRules

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, aioredis.Redis] = WeakKeyDictionary()


def face_redis() -> aioredis.Redis:
    """One client a loop, on a blocking pool (a plain one raises under 500 sockets)."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        pool: Any = aioredis.BlockingConnectionPool.from_url(settings.FACE_REDIS_URL, max_connections=32, timeout=5)
        _clients[loop] = aioredis.Redis(connection_pool=pool)
    return _clients[loop]


async def ask_for_slot(session: str, rules: ProctoringRules) -> tuple[str, int, int]:
    """(worker, 0, slots) when a challenge may start, else ("", place in the queue, slots); place 0: no worker runs.

    `slots` is how many challenges run at once at most.
    """
    worker, place, slots = await face_redis().eval(
        wire.GRANT, 3, wire.WORKERS, wire.QUEUE, wire.ASKED,
        session, rules.slots_per_worker, wire.ALIVE_S, wire.SLOT_S, wire.ASKING_S,
    )  # fmt: skip
    return worker.decode(), int(place), int(slots)


async def renew_slot(worker: str, session: str) -> None:
    """The challenge goes on."""
    await face_redis().eval(wire.RENEW, 1, wire.slots(worker), session, wire.SLOT_S)


async def return_slot(worker: str, session: str) -> None:
    """The challenge is over."""
    await face_redis().zrem(wire.slots(worker), session)


async def report_silent(worker: str) -> None:
    """It no longer answers: nobody is sent there before it says again that it lives (once a second)."""
    await face_redis().zrem(wire.WORKERS, worker)


async def leave_queue(session: str) -> None:
    """The person no longer waits."""
    await face_redis().zrem(wire.QUEUE, session)


async def choose_worker(wanted: str = "") -> str:
    """The wanted worker if it lives, else the one with least to do; "" when none lives."""
    found = await face_redis().eval(wire.CHOOSE, 1, wire.WORKERS, wire.ALIVE_S, wanted)
    return found.decode()


async def hand_over(worker: str, lane: str, entry: dict[str, Any]) -> None:
    """Append one entry to a worker's inbox; both the stream and what nobody reads live for seconds."""
    inbox = wire.inbox(worker, lane)
    async with face_redis().pipeline(transaction=False) as pipe:
        pipe.xadd(inbox, entry, maxlen=wire.INBOX_LENGTH, approximate=False)
        pipe.expire(inbox, wire.INBOX_TTL_S)
        await pipe.execute()


async def tell_socket(channel: str, message: dict[str, Any]) -> bool:
    """Put a message on a socket's own channel; False when its reader is so far behind that it is gone.

    What the layer's own `send` does in four round trips, in one command (ADR 0187): a worker does it for each frame.
    """
    layer: Any = get_channel_layer()
    key, now = layer.prefix + layer.non_local_name(channel), time.time()
    body = layer.serialize(message | {"__asgi_channel__": channel})
    expiry = int(layer.expiry)
    waiting = await layer.connection(layer.consistent_hash(channel)).eval(
        wire.TELL, 1, key, int(now) - expiry, now, body, expiry
    )
    return bool(waiting <= layer.get_capacity(channel))


def rules_json(rules: ProctoringRules) -> str:
    """The rules as a worker reads them."""
    return json.dumps(asdict(rules), sort_keys=True)
