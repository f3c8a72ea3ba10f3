"""Horizontal bars that grow while their number counts up; a gleam passes over them afterwards."""

from __future__ import annotations

from functools import cache

import numpy as np

from demo import stage
from demo.figures import Box, beats
from demo.stage import ACCENT, DEEP, HAIRLINE, INK, INK_2, INK_3, Canvas, Mover, Scene

GROW_S = 0.9
TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
PALETTE = [DEEP, ACCENT, (62, 112, 126), (150, 96, 30)]


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {caption, unit, labels: [text], values: [number]}"""
    values = data["values"]
    room = box.width - 130
    pitch = min(128, (box.height - 40) // len(values))
    top = box.y + (box.height - 40 - pitch * len(values)) // 2
    starts = beats(len(values), seconds, rest=2.2)
    scene = Scene(sprites=[_axis(room, pitch * len(values), max(values)).sprite(box.x, top, 0.4, 0.5, "right")])
    for i, (text, value, start) in enumerate(zip(data["labels"], values, starts, strict=True)):
        y = top + i * pitch
        canvas, _, _ = stage.label(text, 23, INK)
        scene.sprites.append(canvas.sprite(box.x + 6, y + 2, start - 0.2, 0.35))
        frame = Box(box.x + 3, y + 42, int(room * value / max(values)), min(44, pitch - 56))
        scene.movers.append(Mover(_bar(frame, value, data["unit"], start, PALETTE[i % 4])))
    return scene


def _axis(room: int, height: int, biggest: float) -> Canvas:
    canvas = Canvas(room + 60, height + 40)
    step = next(step for step in TICKS if biggest / step <= 6)
    for i in range(int(biggest / step) + 1):
        x = 2 + room * i * step / biggest
        canvas.line([(x, 0), (x, height)], HAIRLINE if i else INK_2, 1.5 if i else 2.5)
        canvas.text(x, height + 18, f"{step * i:g}", 17, INK_3, anchor="lm" if not i else "mm")
    return canvas


def _bar(full: Box, value: float, unit: str, start: float, colour: tuple[int, int, int]):
    """A bar that has reached `full` after GROW_S seconds."""
    x, y, height = full.x, full.y, full.height
    digits = 0 if float(value).is_integer() else 1

    def paint(frame: np.ndarray, t: float) -> None:
        if t <= start:
            return
        done = stage.ease((t - start) / GROW_S)
        width = max(2, int(full.width * done))
        frame[y : y + height, x : x + width] = colour
        _gleam(frame, x, y, width, height, t - start - GROW_S - 0.4)
        number = _number(f"{value * done:.{digits}f}", unit)
        stage.blit(frame, number, x + width + 12, y + (height - number.shape[0]) // 2)

    return paint


def _gleam(frame: np.ndarray, x: int, y: int, width: int, height: int, t: float) -> None:
    if t < 0:
        return
    centre = (t % 2.2) / 1.1 * width
    columns = np.arange(width)
    light = np.clip(1 - np.abs(columns - centre) / 46, 0, 1) * 60
    region = frame[y : y + height, x : x + width]
    region[:] = np.minimum(255, region.astype(np.uint16) + light[None, :, None].astype(np.uint16)).astype(np.uint8)


@cache
def _number(text: str, unit: str) -> np.ndarray:
    return stage.label(f"{text} {unit}", 28, INK, True)[0].array()
