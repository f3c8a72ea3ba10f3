"""The web process's view of the face workers: ask one about a still and wait for the answer. No models here."""

import json
import uuid

import redis
from django.conf import settings

from proctoring import wire
from proctoring.errors import FaceBusy
from proctoring.stills import Measured

_pool: redis.ConnectionPool | None = None


def _redis() -> redis.Redis:
    global _pool
    if _pool is None:
        _pool = redis.BlockingConnectionPool.from_url(
            settings.FACE_REDIS_URL, max_connections=32, timeout=5, socket_timeout=wire.STILL_S + 5
        )  # longer than the blocking wait for an answer
    return redis.Redis(connection_pool=_pool)


def examine(picture: bytes, *, quick: bool = False) -> Measured:
    """Have a still measured by a face worker. A worker that dies meanwhile is replaced once. Raises `FaceBusy`.

    `quick`: without embeddings, asked once (the next hint asks again).
    """
    try:
        connection = _redis()
        for _try in range(1 if quick else wire.STILL_TRIES):
            answer = _ask(connection, picture, quick)
            if answer is not None:
                return Measured(**json.loads(answer))
    except redis.RedisError as error:
        raise FaceBusy from error
    raise FaceBusy


def _ask(connection: redis.Redis, picture: bytes, quick: bool) -> bytes | None:
    worker = connection.eval(wire.CHOOSE, 1, wire.WORKERS, wire.ALIVE_S, "")
    if not worker:
        return None
    reply = f"face:still:{uuid.uuid4().hex}"
    inbox = wire.inbox(worker.decode(), wire.WORK)
    with connection.pipeline(transaction=False) as pipe:
        entry = {"kind": "still", "reply": reply, "data": picture} | ({"quick": "1"} if quick else {})
        pipe.xadd(inbox, entry, maxlen=wire.INBOX_LENGTH, approximate=False)
        pipe.expire(inbox, wire.INBOX_TTL_S)
        pipe.execute()
    found = connection.blpop([reply], timeout=wire.STILL_S / wire.STILL_TRIES)
    return found[1] if found else None


def workers_now() -> tuple[list[dict[str, str]], int]:
    """(figures of each living worker by name, people who wait for a slot). Raises `FaceBusy` when Redis is away."""
    connection = _redis()
    try:
        seconds, _micros = connection.time()
        names = [n.decode() for n in connection.zrangebyscore(wire.WORKERS, seconds - wire.ALIVE_S, "+inf")]
        with connection.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.hgetall(wire.stats(name))
                pipe.zcard(wire.slots(name))
            pipe.zcard(wire.QUEUE)
            *answers, waiting = pipe.execute()
    except redis.RedisError as error:
        raise FaceBusy from error
    told = [{key.decode(): value.decode() for key, value in figures.items()} for figures in answers[::2]]
    rows = [one | {"name": name, "taken": str(n)} for name, one, n in zip(names, told, answers[1::2], strict=True)]
    return sorted(rows, key=lambda row: row["name"]), waiting
