"""Durable beats of one Daphne process, beside the same consumer written naively and beside a bare echo.

One run of a few minutes gives all figures. All three consumers live in one process with their sockets open; short
rounds of echo, durable and naive take turns, so that whatever else the machine does meets all of them, and a ratio is
the median over the rounds.
"""

from __future__ import annotations

import asyncio
import functools
import statistics
import sys
from dataclasses import dataclass, field

from tests.bench._server import family_cpu_s, postmaster, served
from tests.bench._sittings import sittings
from tests.bench._sockets import Crowd, percentile
from tests.bench.frame import Measured, figure

SOCKETS = 500
ROUNDS = 5
SECONDS = {"echo": 2.0, "durable": 3.0, "naive": 3.0}
WARM_UP_S = {"echo": 0.5, "durable": 0.5, "naive": 1.5}  # the naive one answers a socket once a second
CROWD = 2_000
OPEN_S, OPEN_WARM_UP_S = 15.0, 3.0
P99_MS, DATABASE_US = 75.0, 20.0  # ../shared/PERFORMANCE.md


@dataclass
class Run:
    """Rates are answers a second, one a round; times are seconds."""

    database: int = field(default_factory=postmaster)
    rates: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in SECONDS})
    database_s: list[float] = field(default_factory=list)  # CPU of PostgreSQL for a beat
    times: dict[str, list[float]] = field(default_factory=dict)

    def ratio(self, baseline: str) -> Measured:
        """The durable rate beside another one: of the round whose ratio is the median."""
        pairs = sorted(zip(self.rates["durable"], self.rates[baseline]), key=lambda pair: pair[0] / pair[1])
        return Measured(*pairs[len(pairs) // 2], "beats/s")


@figure("durable beats / naive ORM", target=8.0)
def durable_against_naive() -> Measured:
    """Beats a second that are committed before they are acknowledged."""
    return run().ratio("naive")


@figure("durable beats / tuned echo", target=0.65)
def durable_against_echo() -> Measured:
    """How much of the socket server's own ceiling durability leaves."""
    return run().ratio("echo")


@figure("durable beats, ack p99 at half the ceiling / 75 ms", target=1.0, at_most=True)
def time_to_acknowledge() -> Measured:
    """Of 2,000 sockets, whose beats come when they are due, at half the rate of the rounds before."""
    return Measured(percentile(run().times["durable"], 0.99) * 1000, P99_MS, "ms")


@figure("durable beats, PostgreSQL's CPU / 20 µs", target=1.0, at_most=True)
def time_of_database() -> Measured:
    """Of all processes of PostgreSQL, a beat, in the durable rounds."""
    return Measured(statistics.median(run().database_s) * 1e6, DATABASE_US, "µs")


@functools.cache
def run() -> Run:
    found = Run()
    everybody = sittings()
    with served("tests.bench._beats_app:application") as server:
        asyncio.run(measure(found, server.port, everybody))
    return found


async def measure(found: Run, port: int, everybody: list[tuple[str, str]]) -> None:
    crowds = {kind: Crowd(port, f"/{kind}/") for kind in SECONDS}
    for number, crowd in enumerate(crowds.values()):
        await crowd.join(everybody[number * SOCKETS : (number + 1) * SOCKETS])
    for _round in range(ROUNDS):
        await one_round(found, crowds)
    for crowd in crowds.values():
        crowd.leave()
    rate = statistics.median(found.rates["durable"]) / 2
    for kind in ("echo", "durable"):
        found.times[kind] = await at_rate(port, kind, everybody[-CROWD:], rate)


async def one_round(found: Run, crowds: dict[str, Crowd]) -> None:
    for kind, crowd in crowds.items():
        spent, before = family_cpu_s(found.database), crowd.answers
        crowd.times.clear()
        rate = await crowd.closed_loop(WARM_UP_S[kind], SECONDS[kind])
        found.rates[kind].append(rate)
        each_s = (family_cpu_s(found.database) - spent) / (crowd.answers - before)
        if kind == "durable":
            found.database_s.append(each_s)
        tell(f"{kind}: {rate:,.0f} beats/s, p99 {percentile(crowd.times, 0.99) * 1000:.0f} ms", each_s)


def tell(text: str, each_s: float = 0.0) -> None:
    database = f", PostgreSQL {each_s * 1e6:.0f} µs a beat" if each_s else ""
    print(f"  {text}{database}", file=sys.stderr, flush=True)


async def at_rate(port: int, kind: str, people: list[tuple[str, str]], rate: float) -> list[float]:
    crowd = Crowd(port, f"/{kind}/")
    await crowd.join(people)
    await crowd.open_loop(rate, OPEN_S, OPEN_WARM_UP_S)
    if crowd.lost:
        raise RuntimeError(f"{crowd.lost} sockets of {kind} were lost")
    crowd.leave()
    half, most = (percentile(crowd.times, share) * 1000 for share in (0.5, 0.99))
    tell(f"{kind} at {rate:,.0f} beats/s on {len(people):,} sockets: p50 {half:.0f} ms, p99 {most:.0f} ms")
    return crowd.times
