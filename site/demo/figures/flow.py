"""Steps along a grid line with axis bubbles; a light runs down the line and the step it reaches is marked."""

from __future__ import annotations

import numpy as np

from demo import stage
from demo.figures import Box, beats
from demo.stage import ACCENT, ACCENT_SOFT, DEEP, INK, PANEL, Canvas, Mover, Scene

BUBBLE = 21
PAD = 3


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {caption, steps: [text]}"""
    steps = data["steps"]
    pitch = min(92, box.height // len(steps))
    height = min(62, pitch - 16)
    top = box.y + (box.height - pitch * len(steps)) // 2
    centres = [top + i * pitch + pitch // 2 for i in range(len(steps))]
    starts = beats(len(steps), seconds)
    scene = Scene()
    for i, (text, y, start) in enumerate(zip(steps, centres, starts, strict=True)):
        if i:
            scene.sprites.append(_link(box.x, centres[i - 1], y, start))
        scene.sprites.append(_step(i + 1, text, box, y, height, start + (0.15 if i else 0)))
    scene.movers.append(Mover(_light(box, centres, height, starts[-1] + 0.7), start=0))
    return scene


def _link(x: int, from_y: int, to_y: int, start: float):
    length = to_y - from_y - 2 * BUBBLE
    canvas = Canvas(12, length)
    canvas.line([(6, 0), (6, length)], DEEP, 2.5)
    canvas.polygon([(1.5, length - 9), (10.5, length - 9), (6, length)], DEEP)
    return canvas.sprite(x + BUBBLE + PAD - 6, from_y + BUBBLE, start, 0.3, "down")


def _step(number: int, text: str, box: Box, y: int, height: int, start: float):
    canvas = Canvas(box.width, height + 8)
    middle = height / 2 + 4
    left = 2 * BUBBLE + 22
    canvas.circle(BUBBLE + PAD, middle, BUBBLE, fill=PANEL, outline=DEEP, width=2.5)
    canvas.text(BUBBLE + PAD, middle, str(number), 21, DEEP, True, "mm")
    canvas.line([(2 * BUBBLE + PAD, middle), (left, middle)], DEEP, 1.5)
    canvas.rect((left, 4, box.width - 2, height + 4), fill=PANEL, outline=(205, 205, 196), width=1.5, radius=5)
    canvas.rect((left, 4, left + 5, height + 4), fill=DEEP)
    size = 25 if stage.text_width(text, 25) < box.width - left - 36 else 21
    canvas.text(left + 22, middle, text, size, INK)
    return canvas.sprite(box.x, y - middle, start, 0.45, "rise")


def _light(box: Box, centres: list[int], height: int, begins: float):
    spot = stage.glow(17, ACCENT)
    x = box.x + BUBBLE + PAD
    left = box.x + 2 * BUBBLE + 22

    def paint(frame: np.ndarray, t: float) -> None:
        if t < begins:
            return
        way = ((t - begins) * 1.6) % len(centres)
        now, part = int(way), way % 1
        width = box.width - (left - box.x) - 10
        stage.tint(frame, left + 6, centres[now] - height // 2 + 2, width, height - 4, ACCENT_SOFT)
        last = now == len(centres) - 1
        following = centres[now if last else now + 1]
        y = centres[now] + stage.ease(max(0, part - 0.4) / 0.6) * (following - centres[now])
        if not last or part < 0.5:
            stage.blit(frame, spot, x - 17, round(y) - 17)

    return paint
