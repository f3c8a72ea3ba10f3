"""Dates along a line that is drawn downwards; a light runs along it when all stand."""

from __future__ import annotations

import numpy as np

from demo import stage
from demo.figures import Box, beats
from demo.stage import ACCENT, DEEP, INK, PANEL, Canvas, Mover, Scene

DATE = 158


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {caption, items: [{date, label}]}"""
    items = data["items"]
    pitch = min(96, box.height // len(items))
    top = box.y + (box.height - pitch * len(items)) // 2
    centres = [top + i * pitch + pitch // 2 for i in range(len(items))]
    starts = beats(len(items), seconds)
    line = Canvas(6, centres[-1] - centres[0] + 40)
    line.line([(3, 0), (3, centres[-1] - centres[0] + 40)], DEEP, 3)
    drawing_s = starts[-1] + 0.3 - starts[0]
    scene = Scene(sprites=[line.sprite(box.x + DATE - 3, centres[0] - 20, starts[0], drawing_s, "down")])
    for item, y, start in zip(items, centres, starts, strict=True):
        scene.sprites.append(_item(item, box, y, pitch, start))
    scene.movers.append(Mover(_light(box.x + DATE, centres, starts[-1] + 0.8)))
    return scene


def _item(item: dict, box: Box, y: int, pitch: int, start: float):
    canvas = Canvas(box.width, pitch)
    middle = pitch / 2
    canvas.text(DATE - 24, middle, item["date"], 22, DEEP, True, "rm")
    canvas.circle(DATE, middle, 10, fill=PANEL, outline=ACCENT, width=4)
    lines = stage.wrap(item["label"], 22, box.width - DATE - 44)
    for i, text in enumerate(lines):
        canvas.text(DATE + 30, middle + (i - (len(lines) - 1) / 2) * 30, text, 22, INK)
    return canvas.sprite(box.x, y - middle, start + 0.2, 0.45, "rise")


def _light(x: int, centres: list[int], begins: float):
    spot = stage.glow(16, ACCENT)

    def paint(frame: np.ndarray, t: float) -> None:
        if t < begins:
            return
        way = ((t - begins) / 2.4) % 1
        y = centres[0] + way * (centres[-1] - centres[0])
        stage.blit(frame, spot, x - 16, round(y) - 16)

    return paint
