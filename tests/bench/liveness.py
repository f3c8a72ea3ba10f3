"""Liveness: what the worker's surroundings cost a frame, whether its memory stays flat, and fifty people at once.

Frames: rounds of the bare loop and of a real worker take turns on one core; the feeder has the other one, and Redis
runs where it likes.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from proctoring.examine import edition_in_use
from proctoring.rules import ProctoringRules
from proctoring.vectors import pack_known
from tests.bench._server import cpu_s, served
from tests.bench._sockets import percentile
from tests.bench.beats import tell
from tests.bench.frame import Measured, figure

# One sitting that never leaves its baseline: every frame costs the same.
RULES = replace(ProctoringRules(), baseline_frames=1_000_000, neutral_wait_s=1e9)
ACTIONS = ["left", "blink", "nod"]
ROUNDS, FRAMES, WARM_UP = 5, 2_000, 500
AHEAD = 6  # frames under way: of two people with three credits each
PEOPLE, TRIES = 50, 3
LONGEST_S = 240.0


@dataclass
class Frames:
    """Frames a second, one a round; memory in MB, before the first round and after the last."""

    bare: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def median(self) -> Measured:
        """The round with the median ratio."""
        pairs = sorted(zip(self.worker, self.bare), key=lambda pair: pair[0] / pair[1])
        return Measured(*pairs[len(pairs) // 2], "frames/s")


@figure("liveness frames of a worker / bare loop, a second of its core", target=0.9)
def frame_path() -> Measured:
    """From the stream to the answer on the socket's channel, beside the same frames in a loop.

    By the CPU time of the process: it never waits while frames are there, and a neighbour on the core is not its doing.
    The rates by the clock are printed beside it.
    """
    return frames().median()


@figure("face worker, memory after / before 10,000 frames", target=1.05, at_most=True)
def memory() -> Measured:
    """Resident memory of the process."""
    return Measured(frames().memory[-1], frames().memory[0], "MB")


@figure("liveness, passed at the first try / 50 at once on 2 cores", target=0.9)
def fifty() -> Measured:
    """Fifty honest people press the button in the same second; two workers, two cores, everything on them."""
    return Measured(sum(one.tries == 1 and one.passed for one in crowd()), PEOPLE, "people")


@figure("liveness, passed within three tries / 50 at once", target=1.0)
def fifty_in_the_end() -> Measured:
    return Measured(sum(one.passed for one in crowd()), PEOPLE, "people")


@functools.cache
def frames() -> Frames:
    from tests.bench._faces import clips
    from tests.support.face_workers import face_workers

    cores, found = os.sched_getaffinity(0), Frames()
    neutral = clips().actions["neutral"]
    with tempfile.NamedTemporaryFile(suffix=".mjpeg") as file, face_workers(1, cores=[min(cores)]) as (worker,):
        file.write(b"".join(neutral))
        file.flush()
        bare = subprocess.Popen(
            [sys.executable, "-m", "tests.bench._bare_faces", file.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {min(cores)}),
        )  # fmt: skip
        try:
            os.sched_setaffinity(0, {max(cores)})
            asyncio.run(_rounds(found, neutral, bare, worker.pid))
        finally:
            os.sched_setaffinity(0, cores)
            bare.kill()
            bare.wait()
    return found


async def _rounds(found: Frames, neutral: list[bytes], bare: subprocess.Popen[str], pid: int) -> None:
    feeder = Feeder(neutral)
    await feeder.begin()
    await feeder.run(WARM_UP)
    _bare_round(bare, WARM_UP)
    found.memory.append(resident_mb(pid))
    for _round in range(ROUNDS):
        began = cpu_s(bare.pid), cpu_s(pid)
        bare_s, worker_s = await asyncio.to_thread(_bare_round, bare, FRAMES), await feeder.run(FRAMES)
        found.bare.append(FRAMES / (cpu_s(bare.pid) - began[0]))
        found.worker.append(FRAMES / (cpu_s(pid) - began[1]))
        found.memory.append(resident_mb(pid))
        tell(
            f"bare {found.bare[-1]:.0f}, worker {found.worker[-1]:.0f} frames a second of CPU; by the clock "
            f"{FRAMES / bare_s:.0f} and {FRAMES / worker_s:.0f}; {found.memory[-1]:.0f} MB"
        )


def _bare_round(bare: subprocess.Popen[str], many: int) -> float:
    assert bare.stdin
    assert bare.stdout
    bare.stdin.write(f"{many}\n")
    bare.stdin.flush()
    return float(bare.stdout.readline())


def resident_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Feeder:
    """What the socket's process does: hand frames to the worker, hear answers on a channel of its own."""

    def __init__(self, neutral: list[bytes]) -> None:
        from channels.layers import get_channel_layer

        self.neutral, self.layer, self.worker, self.channel = neutral, get_channel_layer(), "", ""
        self.sent = self.late = 0

    async def begin(self) -> None:
        from proctoring import post, wire

        self.channel = await self.layer.new_channel()  # type: ignore[union-attr]
        self.worker = await post.choose_worker()
        await post.hand_over(self.worker, wire.LIVE, {
            **self._head("begin"), "actions": json.dumps(ACTIONS), "rules": json.dumps(asdict(RULES)),
            "known": pack_known(edition_in_use().label, [np.zeros(128, np.float32)]),
        })  # fmt: skip

    def _head(self, kind: str) -> dict[str, Any]:
        return {"kind": kind, "attempt": "bench", "channel": self.channel}

    async def run(self, many: int) -> float:
        """Seconds for so many frames, `AHEAD` of them under way."""
        began = time.perf_counter()
        for _number in range(AHEAD):
            await self._send()
        for number in range(many):
            answer = await asyncio.wait_for(self.layer.receive(self.channel), 20)  # type: ignore[union-attr]
            self.late += answer["face"] == "late"
            if number + AHEAD < many:
                await self._send()
        if self.late > many / 100:
            raise RuntimeError(f"{self.late} frames were too old: this machine is too busy to measure anything")
        return time.perf_counter() - began

    async def _send(self) -> None:
        from proctoring import post, wire

        frame = self.neutral[self.sent % len(self.neutral)]
        await post.hand_over(self.worker, wire.LIVE, {**self._head("frame"), "t": self.sent / 10, "data": frame})
        self.sent += 1


@dataclass
class Person:
    """How it went for one of the fifty; seconds from pressing the button."""

    waited_s: float = 0.0
    took_s: float = 0.0
    tries: int = 0
    passed: bool = False
    code: str = ""


@functools.cache
def crowd() -> list[Person]:
    from tests.bench._faces import sessions
    from tests.support.face_workers import face_workers

    everybody = sessions(PEOPLE)
    with face_workers(2), served("config.asgi:application", ZHUXUE_SERVE="sockets") as server:
        people, slots = asyncio.run(_all_at_once(everybody, server.port))
    waits, times = [one.waited_s for one in people], [one.took_s for one in people]
    first = sum(one.passed and one.tries == 1 for one in people)
    tell(
        f"{PEOPLE} people, 2 workers with {slots} slots: waited {percentile(waits, 0.5):.0f} s at the median, "
        f"{max(waits):.0f} s at the longest; a check took {percentile(times, 0.5):.0f} s; {first} passed at the "
        f"first try, {sum(one.passed for one in people)} within {TRIES}; refused: {refusals(people)}"
    )
    return people


def refusals(people: list[Person]) -> str:
    codes = [one.code for one in people if one.code]
    return ", ".join(f"{code} {codes.count(code)}×" for code in sorted(set(codes))) or "none"


async def _all_at_once(everybody: list[tuple[str, str]], port: int) -> tuple[list[Person], str]:
    from proctoring.client import workers_now

    people = [Person() for _one in everybody]
    checks = [asyncio.create_task(_check(one, *who, port)) for one, who in zip(people, everybody)]
    seen: set[int] = set()
    while not all(check.done() for check in checks):
        await asyncio.sleep(1)
        told, _waiting = await asyncio.to_thread(workers_now)
        seen.add(sum(min(ProctoringRules().slots_per_worker, int(one["slots"])) for one in told))
    await asyncio.gather(*checks)
    return people, f"{min(seen)} to {max(seen)}"


async def _check(person: Person, session: str, cookie: str, port: int) -> None:
    import websockets

    from tests.bench._faces import Line, clips
    from tests.tools.cameraman import Page

    host = f"lingzhu.localhost:{port}"
    page_of = {"origin": f"http://{host}", "additional_headers": {"Cookie": f"sessionid={cookie}"}}
    line = {"host": "127.0.0.1", "port": port, "open_timeout": 60, "max_size": None, "ping_interval": None}
    async with websockets.connect(f"ws://{host}/ws/camera/{session}/", **page_of, **line) as socket:
        page = Page(Line(socket), clips())  # type: ignore[arg-type]
        await page.until("camera.ready", timeout=LONGEST_S)
        began = time.monotonic()
        while person.tries < TRIES and not person.passed:
            person.tries += 1
            await page.socket.send_to(text_data='{"type":"liveness.start"}')
            await page.until("liveness.begin", timeout=LONGEST_S)
            granted = time.monotonic()
            if person.tries == 1:
                person.waited_s = granted - began
            ended = await page.until("liveness.passed", "liveness.failed", timeout=LONGEST_S)
            person.passed, person.took_s = ended["type"] == "liveness.passed", time.monotonic() - granted
            person.code = person.code or ended.get("code", "")
