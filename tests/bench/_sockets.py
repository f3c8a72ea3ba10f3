"""A light websocket client: thousands of sockets in one process, beating as soon as they are answered or when due."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import time
from collections.abc import Iterable, Sequence

AT_ONCE = 50  # handshakes under way
OPEN_S = 120


class Socket(asyncio.Protocol):
    """Frames by hand: the mask is zero, so a payload is sent as it is."""

    def __init__(self, request: bytes, times: list[float]) -> None:
        self.request, self.times = request, times
        self.open = asyncio.get_running_loop().create_future()
        self.buffer, self.upgraded, self.running, self.answers, self.lost = b"", False, False, 0, False
        self.sent_at: float | None = None  # of the beat that waits for its answer
        self.owed: list[float] = []  # when further beats were due

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.open.done():
            self.open.set_exception(ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                self.open.set_exception(ConnectionError(head[:80].decode()))
                return
            self.upgraded, self.buffer = True, rest
        while (frame := self._frame()) is not None:
            self._hear(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self.buffer) < 2:
            return None
        code, length, start = self.buffer[0] & 15, self.buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + length:
            return None
        frame, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
        return code, frame

    def _hear(self, code: int, frame: bytes) -> None:
        if code == 9:  # a ping is answered with what it carries
            self._send(0x8A, frame)
        if code != 1:
            return
        message = json.loads(frame)
        if not self.open.done():
            if message["type"] != "hello":
                self.open.set_exception(ConnectionError(frame.decode()))
                return
            self.open.set_result(None)
        elif message["type"] in ("ack", "beat") and self.sent_at is not None:
            self.answers += 1
            self.times.append(time.perf_counter() - self.sent_at)
        else:
            raise RuntimeError(frame.decode())
        self.sent_at, self.next = None, (message["seq"], message["nonce"])
        if self.running:
            self.beat(time.perf_counter())
        elif self.owed:
            self.beat(self.owed.pop(0))

    def beat(self, due: float) -> None:
        """Send the beat that was due then, or when the one before it is answered: its time runs from `due` anyway."""
        if self.sent_at is not None:
            self.owed.append(due)
            return
        seq, nonce = self.next
        self.sent_at = due
        self._send(0x81, b'{"type":"beat","seq":%d,"nonce":"%s","playing":true}' % (seq, nonce.encode()))

    def _send(self, head: int, text: bytes) -> None:
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.transport.write(bytes([head]) + size + b"\0\0\0\0" + text)  # type: ignore[attr-defined]


class Crowd:
    """Sockets of one kind; `times` are those of the answers since it was last emptied, in seconds."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self.times: list[float] = []
        self.sockets: list[Socket] = []

    async def join(self, sittings: Iterable[tuple[str, str]]) -> None:
        """Open a socket for each (uuid, cookie) and wait until all of them are greeted."""
        gate = asyncio.Semaphore(AT_ONCE)
        self.sockets += await asyncio.gather(*(self._connect(uuid, cookie, gate) for uuid, cookie in sittings))

    async def _connect(self, uuid: str, cookie: str, gate: asyncio.Semaphore) -> Socket:
        request = (
            f"GET {self.path}{uuid}/ HTTP/1.1\r\nHost: lingzhu.test\r\nOrigin: http://lingzhu.test\r\n"
            f"Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
        ).encode()
        async with gate:
            loop = asyncio.get_running_loop()
            _transport, socket = await loop.create_connection(
                lambda: Socket(request, self.times), "127.0.0.1", self.port
            )
            await asyncio.wait_for(socket.open, OPEN_S)
            return socket

    @property
    def answers(self) -> int:
        return sum(socket.answers for socket in self.sockets)

    @property
    def lost(self) -> int:
        return sum(socket.lost for socket in self.sockets)

    async def closed_loop(self, warm_up_s: float, seconds: float) -> float:
        """Answers a second while every socket beats as soon as it is answered; quiet again afterwards."""
        for socket in self.sockets:
            socket.running = True
            socket.beat(time.perf_counter())
        await asyncio.sleep(warm_up_s)
        before, began = self.answers, time.perf_counter()
        await asyncio.sleep(seconds)
        rate = (self.answers - before) / (time.perf_counter() - began)
        for socket in self.sockets:
            socket.running = False
        await self.quiet()
        return rate

    async def open_loop(self, rate: float, seconds: float, warm_up_s: float = 0.0) -> int:
        """Beats come when they are due, `rate` a second, whatever the server does; how many were due while measured.

        Arrivals are Poisson's, the sockets take turns. A time runs from the moment when the beat was due, so what the
        client or a socket that waits holds back is counted as well.
        """
        draw, due, end = random.Random(4), time.perf_counter(), time.perf_counter() + warm_up_s + seconds
        turns, number, cold = self.sockets[:], 0, 0
        draw.shuffle(turns)
        while due < end:
            moment = time.perf_counter()
            if moment <= end - seconds:
                cold = number
                self.times.clear()
            while due <= moment:
                turns[number % len(turns)].beat(due)
                number, due = number + 1, due + draw.expovariate(rate)
            await asyncio.sleep(due - moment)
        await self.quiet()
        return number - cold

    async def quiet(self) -> None:
        """Until nobody waits for an answer; a lost socket waits for none."""
        async with asyncio.timeout(OPEN_S):
            while any(socket.sent_at is not None and not socket.lost for socket in self.sockets):
                await asyncio.sleep(0.01)

    def leave(self) -> None:
        for socket in self.sockets:
            socket.transport.close()


def percentile(times: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed (nearest rank); `times` must not be empty."""
    ordered = sorted(times)
    return ordered[max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)]
