"""What is drawn rather than typeset: frame and watermark, seal, QR code, photo. Lengths in millimetres."""

import math
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO

import segno
from PIL import Image, ImageOps
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from certs.pdf.fonts import outline

SEAL_RED = HexColor("#c4161c")
GOLD, GOLD_PALE, BLUE, BLUE_PALE = (HexColor(c) for c in ("#b08d46", "#dccba0", "#1d4f7c", "#c3d3e2"))
PHOTO_MM = (25.0, 35.0)  # the one-inch photo of Chinese documents
PHOTO_PIXELS = (413, 579)  # 420 dpi

Point = tuple[float, float]


def polyline(canvas: Canvas, points: Iterable[Point], *, close: bool = False) -> None:
    path = canvas.beginPath()
    first, *rest = ((x * mm, y * mm) for x, y in points)
    path.moveTo(*first)
    for point in rest:
        path.lineTo(*point)
    if close:
        path.close()
    canvas.drawPath(path)


def rosette(canvas: Canvas, centre: Point, radius: float, *, petals: int, turns: int, depth: float) -> None:
    """A guilloche: a closed curve that oscillates `petals` times while it goes round `turns` times."""
    x, y = centre
    steps = petals * 24
    curve = []
    for step in range(steps):
        angle = 2 * math.pi * turns * step / steps
        r = radius * (1 - depth + depth * math.cos(petals * angle / turns))
        curve.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    polyline(canvas, curve, close=True)


def wave_band(canvas: Canvas, start: Point, end: Point, *, height: float, period: float) -> None:
    """Interlaced sines between two points: the band of a frame. The period is fitted to whole waves."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    waves = max(1, round(length / period))
    for phase in (0, 1, 2, 3):
        points = []
        for step in range(waves * 12 + 1):
            along = length * step / (waves * 12)
            off = height / 2 * math.sin(2 * math.pi * waves * along / length + phase * math.pi / 2)
            points.append((x0 + ux * along - uy * off, y0 + uy * along + ux * off))
        polyline(canvas, points)


def draw_frame(canvas: Canvas, width: float, height: float, *, ink: HexColor, pale: HexColor) -> None:
    """Double rule with a guilloche band between, a rosette on each corner, a pale one as watermark."""
    margin, band = 10.0, 7.0
    canvas.setLineWidth(0.9)
    canvas.setStrokeColor(ink)
    canvas.rect(margin * mm, margin * mm, (width - 2 * margin) * mm, (height - 2 * margin) * mm)
    canvas.setLineWidth(0.45)
    inner = margin + band
    canvas.rect(inner * mm, inner * mm, (width - 2 * inner) * mm, (height - 2 * inner) * mm)
    canvas.setLineWidth(0.22)
    low, left, right, high = margin + band / 2, margin + band, width - margin - band, height - margin - band
    far_x, far_y = width - low, height - low
    for start, end in (
        ((left, low), (right, low)), ((left, far_y), (right, far_y)),
        ((low, left), (low, high)), ((far_x, left), (far_x, high)),
    ):  # fmt: skip
        wave_band(canvas, start, end, height=band - 2, period=9)
    for corner in ((low, low), (far_x, low), (low, far_y), (far_x, far_y)):
        rosette(canvas, corner, band / 2, petals=24, turns=5, depth=0.42)
    canvas.setStrokeColor(pale)
    canvas.setLineWidth(0.18)
    centre = (width / 2, height / 2)
    for radius, petals, turns in ((58.0, 72, 11), (41.0, 48, 7), (24.0, 36, 5)):
        rosette(canvas, centre, radius, petals=petals, turns=turns, depth=0.22)


@cache
def frame(width: float, height: float, tint: str) -> bytes:
    """One PDF page with the frame, drawn once a process."""
    ink, pale = {"gold": (GOLD, GOLD_PALE), "blue": (BLUE, BLUE_PALE)}[tint]
    return one_page(width, height, lambda canvas: draw_frame(canvas, width, height, ink=ink, pale=pale))


def one_page(width: float, height: float, draw: Callable[[Canvas], None]) -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(width * mm, height * mm), pageCompression=1, invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def glyph(canvas: Canvas, char: str, *, size: float, width: float) -> None:
    """Fill one character's outline, centred on the origin's baseline; `width` squeezes it (1 = as designed)."""
    shape, advance = outline(char)
    canvas.saveState()
    scale = size * mm / 1000
    canvas.scale(scale * width, scale)
    canvas.translate(-advance / 2, 0)
    path = canvas.beginPath()
    numbers = iter(shape.points)
    for operator in shape.operators:
        if operator == 3:
            path.close()
            continue
        pairs = [(next(numbers), next(numbers)) for _ in range(3 if operator == 2 else 1)]
        (path.moveTo, path.lineTo, path.curveTo)[operator](*[value for pair in pairs for value in pair])
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def draw_seal(canvas: Canvas, centre: Point, *, ring: str, caption: str, radius: float = 20.0) -> None:
    """The round red seal: star, the issuer's name along the arc, a caption below.

    Characters are outlines, not text: a seal is no part of what is read out or copied from the document.
    """
    canvas.saveState()
    canvas.translate(centre[0] * mm, centre[1] * mm)
    canvas.setBlendMode("Multiply")  # ink lies over ink
    canvas.setStrokeColor(SEAL_RED)
    canvas.setFillColor(SEAL_RED)
    canvas.setLineWidth(1.1 * mm)
    canvas.circle(0, 0, (radius - 0.55) * mm)
    star = [
        (r * math.sin(math.pi * i / 5), r * math.cos(math.pi * i / 5))
        for i in range(10)
        for r in (radius * (0.31 if i % 2 == 0 else 0.31 * 0.382),)
    ]
    path = canvas.beginPath()
    path.moveTo(star[0][0] * mm, star[0][1] * mm)
    for x, y in star[1:]:
        path.lineTo(x * mm, y * mm)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
    size = min(radius * 0.27, radius * 3.5 / max(len(ring), 1))
    spread = min(216.0, 21.0 * (len(ring) - 1) + 4)  # more would run into the caption
    for index, char in enumerate(ring):
        angle = spread / 2 - spread * index / max(len(ring) - 1, 1)
        canvas.saveState()
        canvas.rotate(angle)
        canvas.translate(0, (radius - 2.0 - size * 0.86) * mm)
        glyph(canvas, char, size=size, width=0.78)
        canvas.restoreState()
    step = radius * 0.19
    for index, char in enumerate(caption):
        canvas.saveState()
        canvas.translate((index - (len(caption) - 1) / 2) * step * mm, -radius * 0.66 * mm)
        glyph(canvas, char, size=radius * 0.195, width=0.9)
        canvas.restoreState()
    canvas.restoreState()


def draw_qr(canvas: Canvas, corner: Point, side: float, url: str) -> None:
    """The QR code of `url`, lower left corner at `corner`; runs of modules are bars, its ground is white."""
    matrix = [list(row) for row in segno.make(url, error="m", micro=False).matrix]
    module = side / len(matrix)
    path = canvas.beginPath()
    for line, row in enumerate(matrix):
        column = 0
        while column < len(row):
            run = next((i for i, dark in enumerate(row[column:]) if not dark), len(row) - column)
            if run:
                left, low = corner[0] + column * module, corner[1] + side - (line + 1) * module
                path.rect(left * mm, low * mm, run * module * mm, module * mm)
            column += run or 1
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.rect(*[value * mm for value in (corner[0] - 2, corner[1] - 2, side + 4, side + 4)], stroke=0, fill=1)
    canvas.setFillColor(HexColor("#1a1a1a"))
    canvas.drawPath(path, stroke=0, fill=1)


def photo_jpeg(photo: bytes) -> bytes:
    """The portrait cut to 25:35 and encoded anew: nothing of the upload but its pixels reaches the document."""
    with Image.open(BytesIO(photo)) as upload:
        upright = ImageOps.exif_transpose(upload).convert("RGB")
        image = ImageOps.fit(upright, PHOTO_PIXELS, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def draw_photo(canvas: Canvas, corner: Point, photo: bytes | None) -> None:
    """The photo in a hairline, lower left corner at `corner`; an empty frame when there is none."""
    box = (corner[0] * mm, corner[1] * mm, PHOTO_MM[0] * mm, PHOTO_MM[1] * mm)
    if photo is not None:
        canvas.drawImage(ImageReader(BytesIO(photo_jpeg(photo))), *box)
    canvas.setStrokeColor(HexColor("#8b8776"))
    canvas.setLineWidth(0.3)
    canvas.rect(*box)
