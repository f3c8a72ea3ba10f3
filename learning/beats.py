"""The batcher: beats of many sockets become one statement, and nobody is answered before it is committed.

One a process and event loop; it holds one PostgreSQL connection of its own in autocommit mode, so a statement that
returned is a statement that is on disk (`synchronous_commit` is on). Shape and figures: docs/protocol.md, ADR 0030.
"""

import asyncio
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import structlog
from django.conf import settings
from django.db import connections
from psycopg.rows import args_row

from learning.beats_sql import BEAT_SQL, Beat, Credited, parameters

log = structlog.get_logger(__name__)

WINDOW_S = 0.025
MOST = 160  # small enough that the next batch is read while PostgreSQL writes this one (ADR 0035, 0199)
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 10_000
# One plan, row by row by primary keys, made once: planned while a table is new and empty, it would read that table, or
# all sittings that live, for every batch until the next ANALYZE; and compiling it costs hundreds of milliseconds in
# which nobody is answered.
PLAN = {
    "plan_cache_mode": "force_generic_plan",
    **dict.fromkeys(("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit"), "off"),
}
SESSION = {
    "search_path": "public",
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "synchronous_commit": "on",
    **PLAN,
}


class NotSaved(Exception):
    """The beat was not, or perhaps not, committed: say nothing, let the socket come back and read what is there."""


class Batcher:
    """Collects beats for `WINDOW_S`, writes at most `MOST` at once, and reconnects by itself."""

    def __init__(self, conninfo: dict[str, Any], zone: str) -> None:
        self.conninfo, self.zone = conninfo, zone
        self.waiting: dict[int, tuple[Beat, asyncio.Future[Credited]]] = {}
        self.connection: psycopg.AsyncConnection[Any] | None = None
        self.writer: asyncio.Task[None] | None = None

    async def credit(self, beat: Beat) -> Credited:
        """The committed answer to one beat. Raises `NotSaved`.

        A second beat of a session that waits already is answered as stale: only one of them can match.
        """
        if beat.session_id in self.waiting:
            return stale(beat)
        future: asyncio.Future[Credited] = asyncio.get_running_loop().create_future()
        self.waiting[beat.session_id] = (beat, future)
        if self.writer is None or self.writer.done():
            self.writer = asyncio.create_task(self._write())
        return await future

    async def close(self) -> None:
        """Finish what waits and give the connection back."""
        if self.writer is not None:
            await self.writer
        await self._disconnect()

    async def _write(self) -> None:
        """Runs while there is something to write."""
        await asyncio.sleep(WINDOW_S)
        while self.waiting:
            batch = [self.waiting.pop(key) for key in self._next()]
            try:
                await self._settle(batch)
            except Exception as error:  # whatever it was, nobody may wait for ever
                log.warning("beats.not_saved", beats=len(batch), error=type(error).__name__)
                await self._disconnect()
                for _beat, future in batch:
                    if not future.done():
                        future.set_exception(NotSaved())

    def _next(self) -> list[int]:
        """Those who have waited longest, in the order of ids: a low id must not overtake under load."""
        return sorted(islice(self.waiting, MOST))

    async def _settle(self, batch: list[tuple[Beat, asyncio.Future[Credited]]]) -> None:
        futures = {beat.session_id: future for beat, future in batch}
        for credited in await self._execute([beat for beat, _future in batch]):
            future = futures[credited.session_id]
            if not future.done():
                future.set_result(credited)

    async def _execute(self, beats: list[Beat]) -> list[Credited]:
        connection = await self._connected()
        async with connection.cursor(binary=True, row_factory=args_row(Credited)) as cursor:
            await cursor.execute(BEAT_SQL, parameters(beats, self.zone), prepare=True)
            return await cursor.fetchall()

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self.connection is None or self.connection.closed:
            self.connection = await psycopg.AsyncConnection.connect(
                **self.conninfo,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="zhuxue-beats",
                options=" ".join(f"-c {name}={value}" for name, value in SESSION.items()),
            )
        return self.connection

    async def _disconnect(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.close()


def stale(beat: Beat) -> Credited:
    """The answer to a beat that cannot match, without asking the database."""
    return Credited(beat.session_id)


_batchers: WeakKeyDictionary[asyncio.AbstractEventLoop, Batcher] = WeakKeyDictionary()


def batcher() -> Batcher:
    """The one of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _batchers:
        _batchers[loop] = Batcher(conninfo(), settings.TIME_ZONE)
    return _batchers[loop]


def conninfo() -> dict[str, Any]:
    """libpq's parameters of the default database, without Django's own."""
    named = connections["default"].settings_dict
    found = {
        "dbname": named["NAME"],
        "user": named["USER"],
        "password": named["PASSWORD"],
        "host": named["HOST"],
        "port": named["PORT"],
    }
    return {key: value for key, value in found.items() if value}
