"""Section through a foundation pit: dug layer by layer by an excavator, with supports, dimensions and labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import stage
from demo.figures import Box
from demo.stage import ACCENT, DEEP, INK, INK_2, PAPER, SOIL, SOIL_DARK, Canvas, Mover, Scene, Sprite


@dataclass(frozen=True)
class Pit:
    """Pixels: left and right wall, ground level, bottom; and the depth in metres that lies between."""

    left: int
    right: int
    ground: int
    bottom: int
    depth_m: float

    def level(self, depth_m: float) -> int:
        return round(self.ground + (self.bottom - self.ground) * depth_m / self.depth_m)


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {depth_m, support, layers, scale_m, labels: [{target, at_m?, text}]}"""
    shored = data["support"] != "none"
    margin = 150 if shored else 110
    pit = Pit(box.x + margin, box.x + box.width - margin - 40, box.y + 74, box.y + box.height - 76, data["depth_m"])
    stops = _stops(data, pit)
    dig_from, dig_to = (1.5 if shored else 0.9), seconds - 2.4
    times = [dig_from + (dig_to - dig_from) * i / len(stops) for i in range(len(stops) + 1)]
    scene = Scene(sprites=[_ground(box, pit).sprite(box.x, pit.ground, 0.2, 0.5, "right")])
    if shored:
        scene.sprites += _piles(pit)
    scene.movers.append(Mover(_digger(pit, stops, times, pit.left + (170 if data["scale_m"] else 8))))
    for stop, begin, end in zip(stops, times, times[1:], strict=False):
        scene.sprites.append(_dig(pit, stops, stop, begin, end - begin))
        if shored and stop != stops[-1]:
            scene.sprites.append(_strut(pit, stop, end - 0.35))
    reached = dict(zip(stops, times[1:], strict=True))
    for i, item in enumerate(data["labels"]):
        scene.sprites += _labelled(item, pit, data, dig_to + 0.1 + i * 0.3, reached)
    return scene


def _stops(data: dict, pit: Pit) -> list[int]:
    """Levels (pixels) at which the digging pauses: above each strut, or at the marks of the scale."""
    marks = data["scale_m"] or [pit.depth_m * (i + 0.75) / (data["layers"] + 1) for i in range(data["layers"])]
    return [pit.level(mark) for mark in marks] + [pit.bottom]


def _ground(box: Box, pit: Pit) -> Canvas:
    height = box.y + box.height - pit.ground
    canvas = Canvas(box.width, height)
    canvas.rect((0, 0, box.width, height), fill=SOIL)
    for row in range(height // 26):
        for column in range(box.width // 40 + 1):
            x, y = column * 40 + (row % 2) * 20, row * 26 + 18
            canvas.line([(x, y), (x + 9, y - 7)], SOIL_DARK, 1.5)
    canvas.line([(0, 1.5), (box.width, 1.5)], INK, 4)
    return canvas


def _dig(pit: Pit, stops: list[int], stop: int, start: float, duration: float) -> Sprite:
    """The next layer taken away; `down` uncovers it as the excavator works."""
    index = stops.index(stop)
    top = stops[index - 1] - 4 if index else pit.ground
    width, height = pit.right - pit.left, stop - top
    canvas = Canvas(width, height)
    canvas.rect((0, 0, width, height), fill=PAPER)
    for x in (1.5, width - 1.5):
        canvas.line([(x, 0), (x, height)], INK, 4)
    canvas.line([(0, height - 2), (width, height - 2)], INK, 4)
    return Sprite(canvas.array(), pit.left, top, start, duration * 0.8, "down")


def _piles(pit: Pit) -> list[Sprite]:
    piles = []
    for x in (pit.left - 18, pit.right):
        canvas = Canvas(18, pit.bottom - pit.ground + 60)
        canvas.rect((0, 0, 18, pit.bottom - pit.ground + 60), fill=(150, 158, 158), outline=INK, width=2)
        piles.append(canvas.sprite(x, pit.ground - 2, 0.7, 0.7, "down"))
    return piles


def _strut(pit: Pit, level: int, start: float) -> Sprite:
    width = pit.right - pit.left - 6
    canvas = Canvas(width, 34)
    for x in (0, width - 10):
        canvas.rect((x, 2, x + 10, 32), fill=DEEP)
    canvas.rect((10, 10, width - 10, 24), fill=ACCENT)
    canvas.line([(10, 14), (width - 10, 14)], (232, 176, 98), 2)
    return canvas.sprite(pit.left + 3, level - 46, start, 0.4, "right")


def _excavator() -> np.ndarray:
    canvas = Canvas(92, 62)
    canvas.rect((8, 46, 60, 60), fill=INK, radius=7)
    canvas.rect((12, 24, 56, 46), fill=ACCENT, radius=3)
    canvas.rect((34, 8, 56, 26), fill=DEEP, radius=3)
    canvas.rect((38, 12, 52, 22), fill=(214, 228, 232), radius=2)
    canvas.line([(54, 34), (72, 10), (84, 40)], ACCENT, 6)
    canvas.polygon([(76, 38), (92, 40), (88, 56), (78, 54)], INK)
    return canvas.array()


def _digger(pit: Pit, stops: list[int], times: list[float], left: int):
    """The excavator works between `left` and the right wall, on the level that is being dug."""
    machine = _excavator()
    span = pit.right - left - 104

    def paint(frame: np.ndarray, t: float) -> None:
        if t < times[0]:
            return
        layer = min(sum(t >= moment for moment in times) - 1, len(stops) - 1)
        top = stops[layer - 1] if layer else pit.ground
        done = stage.ease((t - times[layer]) / ((times[layer + 1] - times[layer]) * 0.8))
        floor = max(top + (stops[layer] - top) * done, pit.ground + 4)
        way = 0.5 - 0.5 * np.cos((t - times[0]) * 1.9)
        bob = 1.5 * np.sin(t * 11)
        stage.blit(frame, machine, round(left + span * way), round(floor - 64 + bob))

    return paint


def _labelled(item: dict, pit: Pit, data: dict, start: float, reached: dict[int, float]) -> list[Sprite]:
    target, text = item["target"], item["text"]
    middle = (pit.left + pit.right) // 2
    if target == "depth":
        level = pit.level(item["at_m"])
        return _depth_mark(text, pit, level, reached.get(level, start))
    if target == "bottom":
        return [_plain(text, middle, pit.bottom + 24, start)]
    if target == "top":
        return [_plain(text, pit.left - 50, pit.ground - 22, 0.8)]
    if target == "support":
        strut = pit.level(data["depth_m"] * 0.75 / (data["layers"] + 1)) - 30
        return _leader(text, (middle, strut), (middle, pit.ground - 40), start)
    if target == "edge_left":
        x = pit.left - 62
        return [_rail(x, pit.ground, start), _plain(text, x - 6, pit.ground - 62, start + 0.15)]
    x = pit.right + 62
    return [_ditch(x, pit.ground, start), _plain(text, x, pit.ground + 46, start + 0.15)]


def _plain(text: str, x: int, y: int, start: float) -> Sprite:
    canvas, width, height = stage.label(text, 20, INK)
    return canvas.sprite(x - width // 2, y - height // 2, start)


def _leader(text: str, at: tuple[int, int], to: tuple[int, int], start: float) -> list[Sprite]:
    height = at[1] - to[1]
    line = Canvas(12, height)
    line.line([(6, 0), (6, height - 6)], INK_2, 1.5)
    line.circle(6, height - 6, 4, fill=INK)
    return [line.sprite(at[0] - 6, to[1], start, 0.3, "down"), _plain(text, to[0], to[1] - 14, start + 0.1)]


def _depth_mark(text: str, pit: Pit, level: int, start: float) -> list[Sprite]:
    """A dimension line from the ground to `level` outside the right wall; deeper ones stand farther out."""
    x = pit.right + (26 if level - pit.ground < (pit.bottom - pit.ground) * 0.6 else 58)
    line = Canvas(16, level - pit.ground + 4)
    line.line([(8, 2), (8, level - pit.ground + 2)], INK_2, 1.5)
    for y in (2, level - pit.ground + 2):
        line.line([(3, y + 5), (13, y - 5)], INK, 2.5)
    dash = Canvas(pit.right - pit.left, 4)
    for offset in range(0, pit.right - pit.left, 16):
        dash.line([(offset, 2), (offset + 9, 2)], ACCENT, 2)
    canvas, _, height = stage.label(text, 20, ACCENT, True)
    return [
        line.sprite(x - 8, pit.ground, start, 0.4, "down"),
        dash.sprite(pit.left, level - 2, start, 0.5, "right"),
        canvas.sprite(pit.left + 14, level - height - 2, start + 0.2),
    ]


def _rail(x: int, ground: int, start: float) -> Sprite:
    canvas = Canvas(84, 48)
    for post in (6, 42, 78):
        canvas.line([(post, 0), (post, 48)], DEEP, 4)
    for y in (4, 22):
        canvas.line([(4, y), (80, y)], ACCENT, 4)
    canvas.rect((4, 38, 80, 46), fill=ACCENT)
    return canvas.sprite(x - 42, ground - 46, start, 0.4, "up")


def _ditch(x: int, ground: int, start: float) -> Sprite:
    canvas = Canvas(52, 28)
    canvas.rect((0, 0, 52, 28), fill=INK_2)
    canvas.rect((6, 0, 46, 22), fill=PAPER)
    canvas.rect((6, 9, 46, 22), fill=(150, 196, 214))
    return canvas.sprite(x - 26, ground, start, 0.4, "down")
