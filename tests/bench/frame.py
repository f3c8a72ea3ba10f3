"""`fab bench`: what is fast, measured beside the plain way of doing it in the same run.

A figure is a function in a module of this folder:

    @figure("durable beats", target=8.0)
    def durable_beats() -> Measured:
        return Measured(value=5600.0, baseline=510.0, unit="beats/s")

`target` is the least ratio value ÷ baseline; with `at_most=True` it is the greatest (for times and sizes). The servers
are embedded, with fsync on; the database is the tests' template; Django is set up before a figure's module is imported.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HEADER = ("name", "value", "baseline", "ratio", "target", "")


@dataclass(frozen=True)
class Measured:
    """Both in `unit`, both measured in this run."""

    value: float
    baseline: float
    unit: str = ""


@dataclass(frozen=True)
class Figure:
    name: str
    target: float
    at_most: bool
    measure: Callable[[], Measured]


@dataclass(frozen=True)
class Line:
    """One line of the answer."""

    figure: Figure
    measured: Measured

    @property
    def ratio(self) -> float:
        return self.measured.value / self.measured.baseline

    @property
    def ok(self) -> bool:
        return self.ratio <= self.figure.target if self.figure.at_most else self.ratio >= self.figure.target

    def cells(self) -> tuple[str, ...]:
        sign = "≤" if self.figure.at_most else "≥"
        value, baseline = (f"{number:,.4g} {self.measured.unit}".strip() for number in self._pair())
        verdict = "ok" if self.ok else "short"
        return (self.figure.name, value, baseline, f"{self.ratio:.2f}", f"{sign} {self.figure.target:g}", verdict)

    def _pair(self) -> tuple[float, float]:
        return self.measured.value, self.measured.baseline


FIGURES: list[Figure] = []


def figure(
    name: str, *, target: float, at_most: bool = False
) -> Callable[[Callable[[], Measured]], Callable[[], Measured]]:
    """Register a measurement under a name."""

    def register(measure: Callable[[], Measured]) -> Callable[[], Measured]:
        FIGURES.append(Figure(name, target, at_most, measure))
        return measure

    return register


def load() -> None:
    """Import every module of this folder that holds figures."""
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        if path.stem != "frame":
            importlib.import_module(f"tests.bench.{path.stem}")


def table(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def run(only: str = "") -> int:
    """Measure the figures whose name contains `only`; returns 0 when all are ok, 1 when one is short, 2 for none."""
    chosen = [figure for figure in FIGURES if only.lower() in figure.name.lower()]
    if not chosen:
        names = ", ".join(figure.name for figure in FIGURES) or "none"
        print(f"No figure is called {only!r}; there are: {names}.", file=sys.stderr)
        return 2
    lines = []
    for one in chosen:
        print(f"measuring {one.name} …", file=sys.stderr, flush=True)
        lines.append(Line(one, one.measure()))
    print(table([HEADER, *(line.cells() for line in lines)]))
    return 0 if all(line.ok for line in lines) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="fab bench")
    parser.add_argument("--only", default="", help="part of a figure's name")
    options = parser.parse_args(arguments)
    with world():
        load()
        return run(options.only)


@contextmanager
def world() -> Iterator[None]:
    """Servers with fsync on, a fresh database, Django set up; all gone afterwards."""
    from tests.support import database, servers

    servers.prepare(folder="bench", durable=True)
    name = servers.worker_database("main")
    database.make_fresh(name)
    import django

    django.setup()
    yield
    from django.db import connections

    connections.close_all()
    connections["default"].close_pool()
    database.drop(name)


if __name__ == "__main__":
    # The figures import this module by its full name; run that copy, not a second one called __main__.
    from tests.bench.frame import main as run_main

    sys.exit(run_main())
