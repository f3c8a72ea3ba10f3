"""Elevation of a scaffold that grows from the ground: standards, ledgers, braces, ties, couplers and their labels."""

from __future__ import annotations

import numpy as np

from demo import stage
from demo.figures import Box
from demo.stage import ACCENT, DEEP, GREEN, INK, INK_2, SOIL, Canvas, Mover, Scene, Sprite

TUBE = 5


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {steps, bays, braces, labels: [{target, text}]}"""
    grid = _Grid(data, box)
    scene = Scene(sprites=[_wall(grid), *_standards(grid)])
    build_s = max(1.5, seconds - 3.2)
    for level in range(grid.steps + 1):
        scene.sprites.append(_ledger(grid, level, 0.9 + build_s * 0.5 * level / grid.steps))
    if data["braces"]:
        scene.sprites.append(_brace(grid, 0.9 + build_s * 0.55))
    scene.sprites.append(_couplers(grid, 0.9 + build_s * 0.75))
    scene.sprites += _ties(grid, 0.9 + build_s * 0.75)
    anchors = []
    for i, item in enumerate(data["labels"]):
        anchor, text_at = grid.anchor(item["target"])
        start = 0.9 + build_s * 0.8 + i * 0.35
        anchors.append((anchor, start))
        scene.sprites += _labelled(item["text"], anchor, text_at, start)
    scene.movers.append(Mover(_pulse(anchors)))
    return scene


class _Grid:
    """Where the tubes stand: pixels."""

    def __init__(self, data: dict, box: Box):
        self.steps, self.bays = data["steps"], data["bays"]
        self.left, self.right = box.x + 40, box.x + box.width - 210
        self.top, self.ground = box.y + 40, box.y + box.height - 34
        self.box = box
        self.sweep = self.ground - 16

    def x(self, bay: float) -> int:
        return round(self.left + (self.right - self.left) * bay / self.bays)

    def y(self, step: float) -> int:
        return round(self.sweep - (self.sweep - self.top - 18) * step / self.steps)

    def anchor(self, target: str) -> tuple[tuple[int, int], tuple[int, int]]:
        """Where a leader points and where its text begins."""
        column = self.right + 42
        places = {
            "sweeping": ((self.x(self.bays), self.sweep), (column, self.sweep - 4)),
            "coupler": ((self.x(self.bays), self.y(1)), (column, self.y(1.2))),
            "brace": ((self.x(self.bays * 0.7), self.y(self.steps * 0.7)), (column, self.y(self.steps * 0.78))),
            "tie": ((self.x(self.bays - 1), self.y(2)), (column, self.y(2.35))),
        }
        return places[target]


def _wall(grid: _Grid) -> Sprite:
    width, height = grid.right - grid.left + 60, grid.ground - grid.top + 10
    canvas = Canvas(width, height + 10)
    canvas.rect((26, 26, width - 26, height - 10), fill=(236, 233, 224))
    for row in range(3):
        for column in range(3):
            x, y = 60 + column * (width - 90) / 3, 52 + row * (height - 60) / 3
            canvas.rect((x, y, x + 62, y + 70), fill=(220, 226, 226), outline=(200, 200, 192), width=1.5)
    canvas.rect((0, height - 10, width, height + 4), fill=SOIL)
    canvas.line([(0, height - 10), (width, height - 10)], INK, 4)
    return canvas.sprite(grid.left - 30, grid.top, 0.2, 0.5, "fade")


def _standards(grid: _Grid) -> list[Sprite]:
    height = grid.ground - grid.top
    sprites = []
    for bay in range(grid.bays + 1):
        canvas = Canvas(20, height)
        canvas.line([(10, 0), (10, height)], DEEP, TUBE)
        canvas.rect((2, height - 5, 18, height), fill=INK)
        sprites.append(canvas.sprite(grid.x(bay) - 10, grid.top, 0.5 + bay * 0.1, 0.8, "up"))
    return sprites


def _ledger(grid: _Grid, level: int, start: float) -> Sprite:
    width = grid.right - grid.left + 28
    canvas = Canvas(width, 10)
    canvas.line([(0, 5), (width, 5)], DEEP, TUBE - 0.5)
    return canvas.sprite(grid.left - 14, grid.y(level) - 5, start, 0.4, "right")


def _brace(grid: _Grid, start: float) -> Sprite:
    width, height = grid.right - grid.left, grid.sweep - grid.y(grid.steps)
    canvas = Canvas(width, height)
    canvas.line([(0, height), (width, 0)], ACCENT, TUBE)
    canvas.line([(0, 0), (width, height)], ACCENT, TUBE)
    return canvas.sprite(grid.left, grid.y(grid.steps), start, 0.8, "up")


def _couplers(grid: _Grid, start: float) -> Sprite:
    canvas = Canvas(grid.right - grid.left + 20, grid.sweep - grid.y(grid.steps) + 20)
    for bay in range(grid.bays + 1):
        for step in range(grid.steps + 1):
            canvas.circle(grid.x(bay) - grid.left + 10, grid.y(step) - grid.y(grid.steps) + 10, 5.5, fill=INK)
    return canvas.sprite(grid.left - 10, grid.y(grid.steps) - 10, start, 0.5, "fade")


def _ties(grid: _Grid, start: float) -> list[Sprite]:
    tie = Canvas(26, 26)
    tie.rect((4, 4, 22, 22), fill=GREEN, outline=(255, 255, 255), width=2.5)
    places = [(bay, step) for bay in (1, grid.bays - 1) for step in range(2, grid.steps + 1, 2)]
    return [tie.sprite(grid.x(bay) - 13, grid.y(step) - 13, start, 0.3) for bay, step in places]


def _labelled(text: str, anchor: tuple[int, int], to: tuple[int, int], start: float) -> list[Sprite]:
    left, top = min(anchor[0], to[0]), min(anchor[1], to[1]) - 4
    canvas = Canvas(to[0] - left + 4, abs(to[1] - anchor[1]) + 10)
    bend = [(anchor[0], anchor[1]), (to[0] - 14, to[1]), (to[0] - 2, to[1])]
    canvas.line([(x - left, y - top) for x, y in bend], INK_2, 1.5)
    words, _, height = stage.label(text, 20, INK, True)
    return [canvas.sprite(left, top, start, 0.35, "right"), words.sprite(to[0] + 4, to[1] - height // 2, start + 0.15)]


def _pulse(anchors: list[tuple[tuple[int, int], float]]):
    """A ring that opens around one labelled point after the other."""
    ring = [_ring(radius) for radius in range(8, 30)]

    def paint(frame: np.ndarray, t: float) -> None:
        shown = [point for point, start in anchors if t >= start]
        if not shown:
            return
        beat = t / 0.9
        x, y = shown[int(beat) % len(shown)]
        part = beat % 1
        image = ring[int(part * (len(ring) - 1))]
        stage.blit(frame, image, x - 32, y - 32, 1 - part)

    return paint


def _ring(radius: int) -> np.ndarray:
    canvas = Canvas(64, 64)
    canvas.circle(32, 32, radius, outline=ACCENT, width=4)
    return canvas.array()
