"""A dedicated websocket process as in production: what a study socket weighs, and 5,000 held for two minutes."""

from __future__ import annotations

import asyncio
import functools
import time
from dataclasses import dataclass, field

from tests.bench._server import Server, served
from tests.bench._sittings import MOST, sittings
from tests.bench._sockets import Crowd, percentile
from tests.bench.beats import tell
from tests.bench.frame import Measured, figure

STEPS = (500, 2_000, MOST)  # the first of them also fills pools and caches, so no figure counts from 0
BEAT_S = 15.0
HELD_S = 120.0
LOOKS = 4  # at memory, while they are held
SETTLE_S = 3.0  # Twisted's own timers of a connection run out
LIMIT_KB = 40.0  # ../shared/PERFORMANCE.md


@dataclass
class Run:
    """Bytes of the process by number of sockets, and at each look while all of them beat."""

    memory: dict[int, int] = field(default_factory=dict)
    looks: list[int] = field(default_factory=list)
    lost: int = MOST
    due: int = 0
    answered: int = 0


@figure("study sockets, memory of each / 40 kB", target=1.0, at_most=True)
def memory_of_a_socket() -> Measured:
    """Memory that the process has for itself, from 500 accepted and greeted sockets to 5,000."""
    memory = run().memory
    return Measured((memory[MOST] - memory[STEPS[0]]) / (MOST - STEPS[0]) / 1024, LIMIT_KB, "kB")


@figure("study sockets, 5,000 held two minutes", target=1.0)
def held() -> Measured:
    """How many are still there after two minutes in which each beat every 15 s."""
    return Measured(MOST - run().lost, MOST, "sockets")


@figure("study sockets, all acknowledged while held", target=1.0)
def answered() -> Measured:
    """Every beat that was due was acknowledged, that is committed."""
    return Measured(run().answered, run().due, "beats")


@figure("study sockets, memory after / before two minutes", target=1.1, at_most=True)
def growth() -> Measured:
    """From the first round of beats on."""
    looks = run().looks
    return Measured(looks[-1] / 1e6, looks[0] / 1e6, "MB")


@functools.cache
def run() -> Run:
    found, everybody = Run(), sittings()
    with served("config.asgi:application", ZHUXUE_SERVE="sockets") as server:
        asyncio.run(measure(found, server, everybody))
    return found


async def measure(found: Run, server: Server, everybody: list[tuple[str, str]]) -> None:
    tell(f"0 sockets: {server.memory() / 1e6:.0f} MB")
    crowd = Crowd(server.port, "/ws/study/")
    for many in STEPS:
        began, before = time.perf_counter(), len(crowd.sockets)
        await crowd.join(everybody[before:many])
        each_s = (time.perf_counter() - began) / (many - before)
        await asyncio.sleep(SETTLE_S)
        found.memory[many] = server.memory()
        tell(f"{many:,} sockets: {found.memory[many] / 1e6:.0f} MB, {1 / each_s:.0f} opened a second")
    await hold(found, server, crowd)
    crowd.leave()


async def hold(found: Run, server: Server, crowd: Crowd) -> None:
    rate, stretch_s = MOST / BEAT_S, HELD_S / LOOKS
    await crowd.open_loop(rate, BEAT_S)
    found.looks.append(server.memory())
    for _look in range(LOOKS):
        crowd.times.clear()
        found.due += await crowd.open_loop(rate, stretch_s)
        found.answered += len(crowd.times)
        found.looks.append(server.memory())
        tell(
            f"{MOST - crowd.lost:,} sockets, {len(crowd.times) / stretch_s:.0f} beats/s: "
            f"{found.looks[-1] / 1e6:.0f} MB, p99 {percentile(crowd.times, 0.99) * 1000:.0f} ms"
        )
    found.lost = crowd.lost
