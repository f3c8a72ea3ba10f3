"""A bad network between learners and the website: latency, resets, and lines on which nothing arrives any more."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Network:
    """Forwards TCP to `port`. `latency_s` is one way, `resets` the share of pieces that end their connection.

    While `held`, what is sent waits and arrives afterwards, as TCP does over a short cut; while `cut`, it is gone.
    `mute`: what the server answers is gone.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.latency_s, self.resets = 0.0, 0.0
        self.cut = self.held = self.mute = False
        self.port = 0
        self.broken = 0
        self.writers: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.up = threading.Event()
        self.end = asyncio.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.up.set()
        await self.end.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def break_all(self) -> None:
        """End every line now, by a reset."""
        self.loop.call_soon_threadsafe(lambda: [_reset(writer) for writer in self.writers])

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        both = {writer, inner_writer}
        self.writers |= both
        ways = [self._carry(reader, inner_writer), self._carry(inner_reader, writer, answers=True)]
        tasks = [asyncio.create_task(way) for way in ways]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for end in both:
            end.transport.abort()
        self.writers -= both
        for task in tasks:
            task.cancel()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False
    ) -> None:
        """One way of a line."""
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(self.latency_s)
                while self.held:
                    await asyncio.sleep(0.05)
                if random.random() < self.resets:
                    self.broken += 1
                    _reset(writer)
                    return
                if not self.cut and not (answers and self.mute):
                    writer.write(data)
                    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def network(port: int) -> Iterator[Network]:
    made = Network(port)
    made.thread.start()
    assert made.up.wait(10)
    try:
        yield made
    finally:
        made.loop.call_soon_threadsafe(made.end.set)
        made.thread.join(10)
        made.loop.close()
