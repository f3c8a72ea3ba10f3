"""How long an institution takes to open, and whether pages stay as quick when there are a hundred of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.frame import Measured, figure

OPENINGS = 9
FEW, MANY = 3, 100
ROUNDS = 200


@figure("a new institution (s)", target=3.0, at_most=True)
def time_to_open() -> Measured:
    """Median seconds of the wizard's last button: schema, pages, manager, invitation, committed. Against one second."""
    with place("open", OPENINGS + 2, redis_base=12) as there:
        times = there.openings
    print(f"  {len(times)} openings: {min(times):.2f}-{max(times):.2f} s", file=sys.stderr)
    return Measured(statistics.median(times), 1.0, "s")


@figure("page latency, 100 institutions / 3", target=1.1, at_most=True)
def latency_of_many() -> Measured:
    """Median milliseconds for a home page and a personal centre together, through the whole request stack.

    Two databases of one server, asked in turn in one run: a round is the same number of pages from both, each time in
    the other order, so that whatever else the machine does meets both. The pages go round all institutions of a place.
    """
    with place("few", FEW, redis_base=4) as few, place("many", MANY, redis_base=8) as many:
        print(f"  openings with few {few.openings[-1]:.2f} s, with many {many.openings[-1]:.2f} s", file=sys.stderr)
        times: dict[str, list[float]] = {"few": [], "many": []}
        for number in range(ROUNDS):
            for there in (few, many) if number % 2 else (many, few):
                times[there.name].append(there.visit(number))
    return Measured(statistics.median(times["many"]) * 1000, statistics.median(times["few"]) * 1000, "ms")


class Place:
    """A process with a province of its own (`_visits.py`)."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name, self.process = name, process
        self.openings = [float(seconds) for seconds in self._line().split()]

    def visit(self, number: int) -> float:
        """Seconds for the two pages of the institution that is the `number`th in turn."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the place {self.name} ended with {self.process.wait()}")
        return line


@contextmanager
def place(name: str, institutions: int, *, redis_base: int) -> Iterator[Place]:
    """A province with so many institutions in a database of its own, gone afterwards."""
    from tests.support import database, servers

    mine = servers.worker_database(name)
    database.make_fresh(mine)
    environment = os.environ | {
        "DATABASE_URL": servers.database_url(mine),
        "ZHUXUE_REDIS_BASE": str(redis_base),
        "ZHUXUE_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench._visits", str(institutions)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Place(name, process)
    finally:
        process.kill()
        process.wait()
        database.drop(mine)
