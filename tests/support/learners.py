"""Honest learners over real connections, who write down every acknowledgement, and the checker that compares their logs
with the database (THREATS "Faults").

They behave as `beats.js` does: a beat in a rhythm, after a lost line again in 0.5 s, doubling to 4 s, jittered, and
after three failures over HTTP. All of them run on one event loop in a thread of its own.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

BEAT_S = 0.7  # below half a second an honest page would be taken for a script
SOCKET_FAILURES = 3
LOST = (OSError, WebSocketException, TimeoutError, http.client.HTTPException)
MS = timedelta(milliseconds=1)


class Lost(Exception):
    """The line is of no use any more; come again."""


@dataclass
class Ack:
    """One acknowledgement; `line` counts the connections."""

    line: int
    seq: int
    at: datetime
    credit_ms: int
    credited_ms: int


@dataclass
class Learner:
    """One page. `port` is the website's, or that of something in between; `credited_at_hello` a value a line."""

    study: Any
    host: str
    cookie: str
    port: int
    over_http: bool = False
    patience_s: float = 15.0  # for an answer
    acks: list[Ack] = field(default_factory=list)
    hellos: list[int] = field(default_factory=list)
    broken: list[float] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    fatal: str = ""
    lines: int = 0

    @property
    def acked_ms(self) -> int:
        return self.acks[-1].credited_ms if self.acks else 0

    def lost_ms(self, broken_at: datetime) -> float:
        """How much was watched before the line broke (by the database's clock) and is not in the log."""
        return (broken_at - max(ack.at for ack in self.acks if ack.at <= broken_at)) / MS

    async def study_on(self, stop: asyncio.Event, note: Callable[[], None]) -> None:
        """Until told to stop, or that the sitting is over."""
        failures = 0
        while not stop.is_set() and not self.fatal:
            line = HttpLine(self) if self.over_http or failures >= SOCKET_FAILURES else SocketLine(self)
            try:
                await self._hello(line)
                failures = 0
                while not stop.is_set() and not self.fatal:
                    await self._beat(line)
                    note()
                    await _pause(stop, BEAT_S)
            except (Lost, *LOST):
                failures += 1
                self.broken.append(time.monotonic())
                note()
                await _pause(stop, min(0.5 * 2 ** (failures - 1), 4.0) * random.uniform(0.5, 1.5))
            finally:
                await line.close()

    async def _hello(self, line: SocketLine | HttpLine) -> None:
        said = await line.hello()
        if said["type"] != "hello":
            self.fatal = said["code"]
            return
        self.lines += 1
        self.hellos.append(said["credited_ms"])
        self.next = {"seq": said["seq"], "nonce": said["nonce"]}
        if len(self.back) < len(self.broken):
            self.back += [time.monotonic()] * (len(self.broken) - len(self.back))

    async def _beat(self, line: SocketLine | HttpLine) -> None:
        said = await line.say({"type": "beat", "playing": True, **self.next})
        if said["type"] == "ack":
            self.next = {"seq": said["seq"], "nonce": said["nonce"]}
            told = (said["seq"], datetime.fromisoformat(said["at"]), said["credit_ms"], said["credited_ms"])
            self.acks.append(Ack(self.lines, *told))
        elif said.get("fatal"):
            self.fatal = said["code"]
        else:
            raise Lost(said["code"])


class SocketLine:
    """A websocket of one learner."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.socket: ClientConnection | None = None

    async def hello(self) -> dict[str, Any]:
        one = self.learner
        self.socket = await connect(
            f"ws://{one.host}/ws/study/{one.study.session.uuid}/",
            host="127.0.0.1",
            port=one.port,
            origin=f"http://{one.host}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={one.cookie}"},
            proxy=None,
            open_timeout=one.patience_s,
            close_timeout=0.2,
            ping_interval=None,
        )
        return await self._hear()

    async def say(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self.socket is not None
        await self.socket.send(json.dumps(message))
        return await self._hear()

    async def _hear(self) -> dict[str, Any]:
        assert self.socket is not None
        return json.loads(await asyncio.wait_for(self.socket.recv(), self.learner.patience_s))

    async def close(self) -> None:
        if self.socket is not None:
            self.socket.transport.abort()


class HttpLine:
    """The fallback of one learner."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    async def hello(self) -> dict[str, Any]:
        return await asyncio.to_thread(self._post, "hello", {})

    async def say(self, message: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(self._post, "beat", message)

    def _post(self, door: str, body: dict[str, Any]) -> dict[str, Any]:
        status, answer = post(self.learner, f"/study/sessions/{self.learner.study.session.uuid}/{door}/", body)
        self.learner.statuses.append(status)
        if status >= 500:
            raise Lost(str(status))
        return answer

    async def close(self) -> None:
        pass


def post(learner: Learner, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """One request as the page's script makes it: status and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", learner.port, timeout=learner.patience_s)
    headers = {
        "Host": learner.host,
        "Cookie": f"sessionid={learner.cookie}; csrftoken={'c' * 32}",
        "X-CSRFToken": "c" * 32,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    try:
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"{}")
    except ValueError:
        raise Lost("no JSON") from None
    finally:
        connection.close()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


class Classroom:
    """Runs learners in a thread; a context manager that stops them at its end."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self.learners = list(learners)
        self.loop = asyncio.new_event_loop()
        self.stop = asyncio.Event()
        self.heard = threading.Condition()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Classroom:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(60)
        assert not self.thread.is_alive(), "the learners do not stop"

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._all())
        finally:
            self.loop.close()

    async def _all(self) -> None:
        await asyncio.gather(*(learner.study_on(self.stop, self._note) for learner in self.learners))

    def _note(self) -> None:
        with self.heard:
            self.heard.notify_all()

    def wait_for(self, condition: Callable[[Learner], bool], timeout_s: float = 60) -> None:
        """Until it holds for every learner; looked at with each acknowledgement and each lost line."""
        with self.heard:
            held = self.heard.wait_for(lambda: all(map(condition, self.learners)), timeout_s)
        missing = [learner for learner in self.learners if not condition(learner)]
        assert held, f"{len(missing)} learners do not get on: {[(one.fatal, len(one.acks)) for one in missing[:5]]}"

    def wait_for_acks(self, more: int, timeout_s: float = 60) -> None:
        """Until every learner has got so many more."""
        wanted = {id(learner): len(learner.acks) + more for learner in self.learners}
        self.wait_for(lambda learner: len(learner.acks) >= wanted[id(learner)], timeout_s)

    def wait_for_losses(self, more: int, timeout_s: float = 60) -> None:
        """Until every learner's line was lost so many times more."""
        wanted = {id(learner): len(learner.broken) + more for learner in self.learners}
        self.wait_for(lambda learner: len(learner.broken) >= wanted[id(learner)], timeout_s)


# --- the checker ----------------------------------------------------------------------------------------------------


def complaints(learner: Learner, *, until: datetime, longest_beat_s: float = BEAT_S + 2.0) -> list[str]:
    """What the database and the learner's log do not agree about; empty when all is well. Call within the scope.

    `until` is the database's time now. A beat whose answer was lost may be in the database, at most one a broken line.
    """
    found = []
    stored, spans = learner.study.credited_ms(), list(learner.study.enrolment.spans.order_by("started_at"))
    if stored < learner.acked_ms:
        found.append(f"{learner.acked_ms} ms were acknowledged, {stored} ms are stored")
    if stored > learner.acked_ms + (len(learner.broken) + 1) * longest_beat_s * 1000:
        found.append(f"{stored} ms are stored, only {learner.acked_ms} ms were acknowledged")
    if sum(span.credited_ms for span in spans) != stored:
        found.append("the spans do not add up to the progress")
    found += [f"{span} is not as long as its credit" for span in spans if _length_ms(span) != span.credited_ms]
    found += [f"{a} and {b} overlap" for a, b in pairwise(spans) if a.ended_at > b.started_at]
    if learner.acks and stored > (until - learner.acks[0].at) / MS:
        found.append("more was credited than time has passed")
    return found + _steps(learner)


def _steps(learner: Learner) -> list[str]:
    """Along the log: nothing is taken back, no beat earns more than the time since the one before on its line."""
    found, known = [], 0
    for number, hello in enumerate(learner.hellos, 1):
        if hello < known:
            found.append(f"line {number} began at {hello} ms after {known} ms were acknowledged")
        known, last = hello, None
        for ack in (ack for ack in learner.acks if ack.line == number):
            earned = 0 if last is None else round((ack.at - last.at) / MS)
            if ack.credit_ms > earned:
                found.append(f"beat {ack.seq} earned {ack.credit_ms} ms in {earned} ms")
            if ack.credited_ms != known + ack.credit_ms:
                found.append(f"beat {ack.seq} makes {known} + {ack.credit_ms} = {ack.credited_ms} ms")
            known, last = ack.credited_ms, ack
    return found


def _length_ms(span: Any) -> int:
    return round((span.ended_at - span.started_at) / MS)


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
