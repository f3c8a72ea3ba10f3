"""Frames of a lesson: a slide is title, bullets that arrive one by one, and a figure drawn while it is explained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from demo import figures, stage
from demo.figures import Box
from demo.stage import ACCENT, DEEP, HAIRLINE, HEIGHT, INK, INK_2, INK_3, PAPER, WIDTH, Canvas, Mover, Scene, Sprite

FPS = 25
STRIPE = 18
TEXT_LEFT = 70
LINE = 40
FIGURE = Box(620, 214, 610, 430)
OPENING_S = 1.4  # the lesson's title covers the first slide, then draws back into the stripe
FADE_FRAMES = 8


@dataclass(frozen=True)
class Slide:
    scene: Scene
    base: np.ndarray
    seconds: float
    lead_s: float  # the first slide waits behind the cover


def lesson_seconds(lesson: dict) -> int:
    return sum(slide["seconds"] for slide in lesson["slides"])


def bullet_times(lesson: dict) -> list[float]:
    """Moments (seconds of the lesson) at which a bullet arrives: the audio track sounds there."""
    times, offset = [], 0.0
    for index, slide in enumerate(lesson["slides"]):
        times += [offset + _lead_s(index) + start for start in _bullet_starts(slide, index)]
        offset += slide["seconds"]
    return times


def frames(lesson: dict, step: int = 1) -> Iterator[np.ndarray]:
    """Every `step`-th frame of the lesson at 25 fps, 720×1280×3 RGB."""
    total = lesson_seconds(lesson) * FPS
    cover = _cover(lesson)
    before: np.ndarray | None = None
    number = 0
    for index, data in enumerate(lesson["slides"]):
        slide = _slide(lesson, data, index)
        base, waiting = slide.base.copy(), sorted(slide.scene.sprites, key=lambda sprite: sprite.start)
        last = None
        for local in range(int(slide.seconds * FPS)):
            if number % step == 0:
                last = _frame(base, waiting, slide.scene.movers, local / FPS - slide.lead_s)
                if before is not None and local < FADE_FRAMES:
                    last = cv2.addWeighted(last, (local + 1) / FADE_FRAMES, before, 1 - (local + 1) / FADE_FRAMES, 0)
                _progress(last, number / total)
                if not index:
                    _lift(last, cover, local / FPS)
                yield last
            number += 1
        before = last


def _frame(base: np.ndarray, waiting: list[Sprite], movers: list[Mover], t: float) -> np.ndarray:
    """What stands goes into `base` for good, what still moves is painted on a copy; later starters lie on top."""
    while waiting and t >= waiting[0].start + waiting[0].duration:
        stage.paint_sprite(base, waiting.pop(0), t)
    frame = base.copy()
    for sprite in waiting:
        if t > sprite.start:
            stage.paint_sprite(frame, sprite, t)
    for mover in movers:
        if t >= mover.start:
            mover.paint(frame, t)
    return frame


def _lead_s(index: int) -> float:
    return 0.0 if index else OPENING_S - 0.4


def _bullet_starts(data: dict, index: int) -> tuple[float, ...]:
    return tuple(figures.beats(len(data["bullets"]), data["seconds"] - _lead_s(index), rest=1.2))


def _slide(lesson: dict, data: dict, index: int) -> Slide:
    starts = _bullet_starts(data, index)
    scene = figures.build(data["figure"]["kind"], data["figure"]["data"], FIGURE, data["seconds"] - _lead_s(index))
    scene.sprites += _head(data) + _caption(data["figure"]["data"].get("caption", ""))
    tops: list[tuple[int, int]] = []
    y = 246
    for text, start in zip(data["bullets"], starts, strict=True):
        lines = stage.wrap(text, 28, 490)
        scene.sprites.append(_bullet(lines, y, start))
        tops.append((y, len(lines) * LINE))
        y += len(lines) * LINE + 38
    scene.movers.append(Mover(_pointer(tops, starts)))
    return Slide(scene, _base(lesson, index), data["seconds"], _lead_s(index))


def _base(lesson: dict, index: int) -> np.ndarray:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.rect((0, 0, WIDTH, HEIGHT), fill=PAPER)
    canvas.rect((0, 0, STRIPE, HEIGHT), fill=DEEP)
    canvas.text(TEXT_LEFT, 62, f"{lesson['course']}  ·  {lesson['title']}", 21, INK_3)
    canvas.text(WIDTH - 50, 62, f"{index + 1} / {len(lesson['slides'])}", 21, INK_3, anchor="rm")
    canvas.line([(TEXT_LEFT, 684), (WIDTH - 50, 684)], HAIRLINE, 3)
    return np.ascontiguousarray(canvas.array()[:, :, :3])


def _head(data: dict) -> list[Sprite]:
    title, _, height = stage.label(data["title"], 44, INK, True)
    basis, _, _ = stage.label(data["subtitle"], 21, INK_2)
    return [title.sprite(TEXT_LEFT - 2, 112 - height // 2 + 4, 0.05, 0.4), basis.sprite(TEXT_LEFT - 2, 150, 0.2, 0.4)]


def _caption(text: str) -> list[Sprite]:
    if not text:
        return []
    words, _, height = stage.label(text, 20, INK_2)
    line = Canvas(FIGURE.width, 4)
    line.line([(0, 2), (FIGURE.width, 2)], HAIRLINE, 2)
    return [words.sprite(FIGURE.x, 186 - height // 2, 0.3), line.sprite(FIGURE.x, 203, 0.3, 0.5, "right")]


def _bullet(lines: list[str], y: int, start: float) -> Sprite:
    canvas = Canvas(530, len(lines) * LINE)
    canvas.rect((0, 15, 11, 26), fill=ACCENT)
    for i, line in enumerate(lines):
        canvas.text(28, 20 + i * LINE, line, 28, INK)
    return canvas.sprite(TEXT_LEFT, y, start, 0.45)


def _pointer(tops: list[tuple[int, int]], starts: tuple[float, ...]):
    """A bar left of the bullet that is being spoken of; it glides to the next one."""

    def paint(frame: np.ndarray, t: float) -> None:
        now = sum(t >= start for start in starts) - 1
        if now < 0:
            return
        part = stage.ease((t - starts[now]) / 0.35)
        before = tops[max(now - 1, 0)]
        y = round(before[0] + (tops[now][0] - before[0]) * part)
        height = round(before[1] + (tops[now][1] - before[1]) * part)
        frame[y : y + height, TEXT_LEFT - 20 : TEXT_LEFT - 15] = ACCENT

    return paint


def _progress(frame: np.ndarray, part: float) -> None:
    right = TEXT_LEFT + (WIDTH - 50 - TEXT_LEFT) * part
    whole = int(right)
    frame[683:686, TEXT_LEFT:whole] = DEEP
    rest = right - whole
    mixed = np.array(DEEP) * rest + np.array(HAIRLINE) * (1 - rest)
    frame[683:686, whole] = mixed.astype(np.uint8)


def _cover(lesson: dict) -> np.ndarray:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.rect((0, 0, WIDTH, HEIGHT), fill=DEEP)
    for x in range(0, WIDTH, 80):
        canvas.line([(x, 0), (x, HEIGHT)], (38, 78, 91), 1)
    for y in range(0, HEIGHT, 80):
        canvas.line([(0, y), (WIDTH, y)], (38, 78, 91), 1)
    canvas.rect((120, 288, 132, 408), fill=(224, 162, 76))
    canvas.text(160, 312, lesson["title"], 56, (255, 255, 255), True)
    about = f"{lesson['category']}课  ·  {lesson['course']}  ·  {lesson['hours']:g} 学时"
    canvas.text(162, 384, about, 26, (214, 226, 228))
    return np.ascontiguousarray(canvas.array()[:, :, :3])


def _lift(frame: np.ndarray, cover: np.ndarray, t: float) -> None:
    """The cover draws back to the left into the stripe."""
    part = 1 - stage.ease((t - OPENING_S + 0.5) / 0.5) if t > OPENING_S - 0.5 else 1.0
    width = max(STRIPE, int(WIDTH * part))
    if width > STRIPE:
        frame[:, :width] = cover[:, WIDTH - width :] if part < 1 else cover
