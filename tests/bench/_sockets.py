"""A light websocket client: hundreds of sockets in one process, each answering as soon as it has heard."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time

WARM_UP_S = 2.0
AT_ONCE = 50  # handshakes under way


class Socket(asyncio.Protocol):
    """Frames by hand: the mask is zero, so a payload is sent as it is."""

    def __init__(self, request: bytes, times: list[float]) -> None:
        self.request, self.times = request, times
        self.open = asyncio.get_running_loop().create_future()
        self.buffer, self.upgraded, self.running, self.answers = b"", False, False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)  # type: ignore[attr-defined]

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
            self._hear(frame)

    def _frame(self) -> bytes | None:
        if len(self.buffer) < 2:
            return None
        length, start = self.buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(self.buffer[2:4], "big"), 4
        if len(self.buffer) < start + length:
            return None
        frame, self.buffer = self.buffer[start : start + length], self.buffer[start + length :]
        return frame

    def _hear(self, frame: bytes) -> None:
        message = json.loads(frame)
        if not self.open.done():
            if message["type"] != "hello":
                self.open.set_exception(ConnectionError(frame.decode()))
                return
            self.open.set_result(None)
        elif message["type"] in ("ack", "beat"):
            self.answers += 1
            self.times.append(time.perf_counter() - self.sent_at)
        self.next = (message["seq"], message["nonce"])
        if self.running:
            self.beat()

    def beat(self) -> None:
        seq, nonce = self.next
        text = b'{"type":"beat","seq":%d,"nonce":"%s","playing":true}' % (seq, nonce.encode())
        head = bytes([0x81, 0x80 | len(text)]) if len(text) < 126 else b"\x81\xfe" + len(text).to_bytes(2, "big")
        self.sent_at = time.perf_counter()
        self.transport.write(head + b"\0\0\0\0" + text)  # type: ignore[attr-defined]


async def closed_loop(port: int, kind: str, sittings: list[tuple[str, str]], seconds: float) -> tuple[float, float]:
    """Answers a second, and the 99th percentile of the answer's time in seconds. `sittings`: (uuid, cookie)."""
    times: list[float] = []
    gate = asyncio.Semaphore(AT_ONCE)

    async def connect(uuid: str, cookie: str) -> Socket:
        request = (
            f"GET /{kind}/{uuid}/ HTTP/1.1\r\nHost: lingzhu.test\r\nOrigin: http://lingzhu.test\r\nCookie: {cookie}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n"
        )
        async with gate:
            loop = asyncio.get_running_loop()
            _transport, socket = await loop.create_connection(
                lambda: Socket(request.encode(), times), "127.0.0.1", port
            )
            await asyncio.wait_for(socket.open, 60)
            return socket

    sockets = await asyncio.gather(*(connect(uuid, cookie) for uuid, cookie in sittings))
    for socket in sockets:
        socket.running = True
        socket.beat()
    await asyncio.sleep(WARM_UP_S)
    times.clear()
    before, began = sum(socket.answers for socket in sockets), time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(socket.answers for socket in sockets) - before) / (time.perf_counter() - began)
    for socket in sockets:
        socket.running = False
        socket.transport.close()
    return rate, sorted(times)[int(len(times) * 0.99)] if times else float("inf")
