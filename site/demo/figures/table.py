"""A ruled table whose rows arrive one by one; afterwards a marker pen goes over them row by row."""

from __future__ import annotations

import numpy as np

from demo import stage
from demo.figures import Box, beats
from demo.stage import ACCENT_SOFT, DEEP, HAIRLINE, INK, INK_3, PANEL, RED, Canvas, Mover, Scene

HEAD = 52
GAP = 18
YELLOW, WIRE_GREEN = (232, 186, 36), (30, 140, 80)
SWATCHES = {
    "黄": [YELLOW],
    "绿": [WIRE_GREEN],
    "红": [(200, 46, 36)],
    "淡蓝": [(112, 176, 224)],
    "绿/黄双色": [WIRE_GREEN, YELLOW],
}


def build(data: dict, box: Box, seconds: float) -> Scene:
    """data: {caption, header: [text], rows: [[text]]}"""
    size = 23 if len(data["rows"]) < 6 else 21
    widths = _columns(data, box.width, size)
    wrapped = [[stage.wrap(row[i], size, width - GAP - 4) for i, width in enumerate(widths)] for row in data["rows"]]
    heights = _heights(wrapped, size, box.height - HEAD)
    top = box.y + (box.height - HEAD - sum(heights)) // 2
    starts = beats(len(heights), seconds, first=1.0)
    scene = Scene(sprites=[_head(data["header"], widths, box.width).sprite(box.x, top, 0.5, 0.5, "right")])
    tops, y = [], top + HEAD
    for row, height, start in zip(wrapped, heights, starts, strict=True):
        scene.sprites.append(_row(row, widths, box.width, height, size).sprite(box.x, y, start, 0.45, "right"))
        tops.append(y)
        y += height
    scene.movers.append(Mover(_marker(box, tops, heights, starts)))
    return scene


def _columns(data: dict, total: int, size: int) -> list[int]:
    """Widths after the longest cell of each column, never narrower than its heading, together `total`."""
    wish = []
    for i, head in enumerate(data["header"]):
        cells = [stage.text_width(row[i], size) for row in data["rows"]]
        wish.append(max(stage.text_width(head, 22, True), min(max(cells), total * 0.62)) + 2 * GAP)
    widths = [int(width * total / sum(wish)) for width in wish]
    widths[-1] += total - sum(widths)
    return widths


def _heights(rows: list[list[list[str]]], size: int, room: int) -> list[int]:
    heights = [max(len(cell) for cell in row) * int(size * 1.4) + 28 for row in rows]
    spare = (room - sum(heights)) // len(heights)
    return [height + max(-10, min(14, spare)) for height in heights]


def _head(header: list[str], widths: list[int], total: int) -> Canvas:
    canvas = Canvas(total, HEAD)
    canvas.rect((0, 0, total, HEAD), fill=DEEP)
    x = 0
    for text, width in zip(header, widths, strict=True):
        canvas.text(x + GAP, HEAD / 2, text, 22, (255, 255, 255), True)
        x += width
    return canvas


def _row(row: list[list[str]], widths: list[int], total: int, height: int, size: int) -> Canvas:
    canvas = Canvas(total, height)
    canvas.rect((0, 0, total, height), fill=PANEL)
    canvas.line([(0, height - 0.75), (total, height - 0.75)], HAIRLINE, 1.5)
    x = 0
    for column, (lines, width) in enumerate(zip(row, widths, strict=True)):
        left = x + GAP + _swatch(canvas, "".join(lines), x + GAP, height) if column else x + GAP
        for i, line in enumerate(lines):
            y = height / 2 + (i - (len(lines) - 1) / 2) * size * 1.4
            canvas.text(left, y, line, size, _colour(line, column), bold=not column)
        x += width
    return canvas


def _swatch(canvas: Canvas, text: str, x: int, height: int) -> int:
    """A patch of the colour that the cell names (wire colours); returns the room it took."""
    colours = SWATCHES.get(text)
    if not colours:
        return 0
    for i in range(4):
        canvas.rect((x + i * 14, height / 2 - 9, x + i * 14 + 14, height / 2 + 9), fill=colours[i % len(colours)])
    return 72


def _colour(text: str, column: int) -> tuple[int, int, int]:
    if column and text.startswith("严禁"):
        return RED
    return INK_3 if text == "—" else INK


def _marker(box: Box, tops: list[int], heights: list[int], starts: list[float]):
    begins = starts[-1] + 0.8

    def paint(frame: np.ndarray, t: float) -> None:
        if t < starts[0] + 0.5:
            return
        shown = sum(t >= start + 0.5 for start in starts)
        row = shown - 1 if t < begins else int((t - begins) / 0.55) % len(tops)
        since = t - starts[row] - 0.5 if t < begins else (t - begins) % 0.55
        width = max(1, int(box.width * stage.ease(since / 0.3)))
        stage.tint(frame, box.x, tops[row], width, heights[row] - 1, ACCENT_SOFT)

    return paint
