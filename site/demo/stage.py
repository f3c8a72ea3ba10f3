"""What slides are drawn with: colours, type, antialiased sprites and how they appear. Pixels of a 1280×720 frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
SCALE = 2  # shapes are drawn twice as large and reduced: Pillow's own lines are not antialiased

PAPER = (243, 242, 236)
PANEL = (251, 250, 247)
INK = (20, 37, 43)
INK_2 = (74, 88, 92)
INK_3 = (120, 130, 131)
HAIRLINE = (214, 212, 202)
DEEP = (31, 68, 80)
ACCENT = (201, 123, 26)
ACCENT_SOFT = (247, 231, 205)
SOIL = (226, 221, 207)
SOIL_DARK = (196, 189, 170)
GREEN = (27, 127, 90)
RED = (184, 50, 30)

FONTS = Path(__file__).parent / "fonts"


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"), size)


def text_width(text: str, size: int, bold: bool = False) -> int:
    return int(font(size, bold).getlength(text) + 0.5)


def wrap(text: str, size: int, width: int, bold: bool = False) -> list[str]:
    """Lines no wider than `width`; Latin words and figures stay together, no line starts with a comma."""
    lines, line = [], ""
    for chunk in _chunks(text):
        if line and text_width(line + chunk, size, bold) > width and chunk not in "，。、；：）》〕！？%":
            lines.append(line.rstrip())
            line = chunk.lstrip()
        else:
            line += chunk
    return [*lines, line] if line else lines


def _chunks(text: str) -> list[str]:
    chunks: list[str] = []
    for letter in text:
        joins = chunks and letter.isascii() and letter != " " and chunks[-1][-1].isascii() and chunks[-1][-1] != " "
        if joins:
            chunks[-1] += letter
        else:
            chunks.append(letter)
    return chunks


@dataclass
class Sprite:
    """A picture that appears at `start` (seconds of the slide) within `duration` and then stays."""

    image: np.ndarray  # h×w×4 uint8
    x: int
    y: int
    start: float = 0.0
    duration: float = 0.4
    how: str = "rise"  # rise | fade | right | down | up: the last three uncover it in that direction


@dataclass
class Mover:
    """Something that is painted anew on every frame of the slide: paint(frame h×w×3 uint8, seconds of the slide)."""

    paint: Callable[[np.ndarray, float], None]
    start: float = 0.0


@dataclass
class Scene:
    sprites: list[Sprite] = field(default_factory=list)
    movers: list[Mover] = field(default_factory=list)


class Canvas:
    """A transparent drawing of width×height; coordinates are plain pixels, shapes come out antialiased."""

    def __init__(self, width: int, height: int):
        self.image = Image.new("RGBA", (width * SCALE, height * SCALE), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def line(self, points: list[tuple[float, float]], colour: tuple[int, int, int], width: float = 2) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=colour, width=max(1, round(width * SCALE)), joint="curve")

    def rect(self, box: tuple[float, float, float, float], fill=None, outline=None, width=2.0, radius=0.0) -> None:
        scaled = [value * SCALE for value in box]
        self.draw.rounded_rectangle(scaled, radius * SCALE, fill=fill, outline=outline, width=round(width * SCALE))

    def circle(self, x: float, y: float, r: float, fill=None, outline=None, width: float = 2) -> None:
        box = [(x - r) * SCALE, (y - r) * SCALE, (x + r) * SCALE, (y + r) * SCALE]
        self.draw.ellipse(box, fill=fill, outline=outline, width=round(width * SCALE))

    def polygon(self, points: list[tuple[float, float]], fill) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def text(self, x: float, y: float, text: str, size: int, colour=INK, bold=False, anchor="lm") -> None:
        self.draw.text((x * SCALE, y * SCALE), text, font=font(size * SCALE, bold), fill=colour, anchor=anchor)

    def array(self) -> np.ndarray:
        size = (self.image.width // SCALE, self.image.height // SCALE)
        return np.asarray(self.image.convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA"))

    def sprite(self, x: float, y: float, start: float, duration: float = 0.4, how: str = "rise") -> Sprite:
        return Sprite(self.array(), round(x), round(y), start, duration, how)


def label(text: str, size: int, colour=INK, bold: bool = False) -> tuple[Canvas, int, int]:
    """One line of text on its own canvas, with width and height."""
    width, height = text_width(text, size, bold) + 4, int(size * 1.5)
    canvas = Canvas(width, height)
    canvas.text(2, height / 2, text, size, colour, bold)
    return canvas, width, height


def ease(t: float) -> float:
    """0…1 → 0…1, quick at first, gentle at the end."""
    t = min(1.0, max(0.0, t))
    return 1 - (1 - t) ** 3


def blit(frame: np.ndarray, image: np.ndarray, x: int, y: int, opacity: float = 1.0) -> None:
    """Lay an RGBA picture over the frame; what falls outside is cut off."""
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + image.shape[1], frame.shape[1]), min(y + image.shape[0], frame.shape[0])
    if x0 >= x1 or y0 >= y1 or opacity <= 0:
        return
    part = image[y0 - y : y1 - y, x0 - x : x1 - x]
    ground = frame[y0:y1, x0:x1]
    alpha = (part[:, :, 3:].astype(np.uint16) * round(opacity * 256)) >> 8
    mixed = ground.astype(np.uint16) * (255 - alpha) + part[:, :, :3].astype(np.uint16) * alpha
    ground[:] = (mixed + 127) // 255


def paint_sprite(frame: np.ndarray, sprite: Sprite, t: float) -> None:
    """The sprite as it looks `t` seconds into the slide."""
    done = ease((t - sprite.start) / sprite.duration)
    height, width = sprite.image.shape[:2]
    if done >= 1 or sprite.how == "fade":
        blit(frame, sprite.image, sprite.x, sprite.y, done)
    elif sprite.how == "rise":
        blit(frame, sprite.image, sprite.x, sprite.y + round((1 - done) * 14), done)
    elif sprite.how == "right":
        blit(frame, sprite.image[:, : max(1, int(width * done))], sprite.x, sprite.y)
    elif sprite.how == "down":
        blit(frame, sprite.image[: max(1, int(height * done))], sprite.x, sprite.y)
    else:
        top = height - max(1, int(height * done))
        blit(frame, sprite.image[top:], sprite.x, sprite.y + top)


def glow(radius: int, colour: tuple[int, int, int]) -> np.ndarray:
    """A soft round spot, (2r)×(2r)×4: the travelling light of flows and lines."""
    axis = np.arange(-radius, radius) + 0.5
    distance = np.sqrt(axis[None, :] ** 2 + axis[:, None] ** 2) / radius
    core = np.clip((0.42 - distance) * radius, 0, 1)
    halo = np.clip(1 - distance, 0, 1) ** 2 * 0.45
    image = np.zeros((2 * radius, 2 * radius, 4), np.uint8)
    image[:, :, :3] = colour
    image[:, :, 3] = (np.maximum(core, halo) * 255).astype(np.uint8)
    return image


def tint(frame: np.ndarray, x: int, y: int, width: int, height: int, colour: tuple[int, int, int]) -> None:
    """Multiply a rectangle with a colour: a marker pen over the drawing, text stays readable."""
    region = frame[y : y + height, x : x + width]
    region[:] = (region.astype(np.uint16) * np.array(colour, np.uint16) // 255).astype(np.uint8)
