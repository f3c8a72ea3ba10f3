"""Scans of invented papers, each marked as a specimen: what an applicant sends and a clerk compares."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from certs.pdf.faces import COMMON, file_of
from demo import likeness

CARD, PAPER, INK, FAINT = (1010, 640), "#f4f1e8", "#23302c", "#c9c2b0"


def id_card(name: str, number: str, face: str) -> bytes:
    """The front of a card as a JPEG: name, date of birth, number, photo."""
    born = f"{number[6:10]} 年 {int(number[10:12])} 月 {int(number[12:14])} 日"
    return _specimen("居民身份证", [("姓名", name), ("出生", born), ("公民身份号码", number)], face)


def post_certificate(name: str, number: str, position: str, issued_on: str, face: str) -> bytes:
    """A post certificate as a JPEG."""
    rows = [("姓名", name), ("岗位", position), ("证书编号", number), ("发证日期", issued_on)]
    return _specimen("建设类施工现场专业人员岗位证书", rows, face)


def _specimen(title: str, rows: list[tuple[str, str]], face: str) -> bytes:
    card = Image.new("RGB", CARD, PAPER)
    draw = ImageDraw.Draw(card)
    for slant in range(-CARD[1], CARD[0], 46):
        draw.line([(slant, CARD[1]), (slant + CARD[1], 0)], fill="#ece7d8", width=2)
    draw.text((56, 44), title, font=_font(44), fill=INK)
    for place, (label, text) in enumerate(rows):
        top = 160 + place * 104
        draw.text((56, top), label, font=_font(24), fill="#6d746c")
        draw.text((56, top + 30), text, font=_font(38), fill=INK)
    with Image.open(io.BytesIO(likeness.id_photo(face))) as photo:
        card.paste(photo.resize((268, 330)), (686, 150))
    draw.text((690, 530), "样张 SPECIMEN", font=_font(34), fill=FAINT)
    out = io.BytesIO()
    card.save(out, "JPEG", quality=88)
    return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file_of(COMMON)), size)  # holds every name; the slides' fonts do not
