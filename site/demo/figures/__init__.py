"""Figures of the slides, one module a kind: build(data, box, seconds) -> Scene.

Sizes in pixels of the frame, times in seconds of the slide.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Where the figure goes."""

    x: int
    y: int
    width: int
    height: int


def beats(count: int, seconds: float, first: float = 0.7, rest: float = 1.6) -> list[float]:
    """Start times of `count` parts that appear one after the other, leaving `rest` seconds to look at the whole."""
    step = max(0.1, (seconds - first - rest) / max(count, 1))
    return [first + i * step for i in range(count)]


def build(kind: str, data: dict, box: Box, seconds: float):
    """The scene of a figure. KeyError for an unknown kind."""
    from demo.figures import bars, excavation, flow, scaffold, table, timeline

    modules = {"flow": flow, "table": table, "bars": bars, "timeline": timeline}
    modules |= {"excavation": excavation, "scaffold": scaffold}
    return modules[kind].build(data, box, seconds)
