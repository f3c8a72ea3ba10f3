"""Right and wrong answers to a paper's questions, looked up in the demo's question bank; and PDFs as pictures."""

from __future__ import annotations

import csv
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

QUESTIONS = Path(__file__).resolve().parents[2] / "site" / "demo" / "data" / "questions.csv"
TRUE_FALSE = {"T": {"正确"}, "F": {"错误"}}


@cache
def bank() -> dict[str, set[str]]:
    """Texts of the right options by the question's stem and options."""
    found = {}
    with QUESTIONS.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            right = TRUE_FALSE[row["answer"]] if row["kind"] == "judge" else {row[letter] for letter in row["answer"]}
            found[plain(row["stem"])] = right
    return found


def plain(text: str) -> str:
    """Without white space, which HTML folds."""
    return re.sub(r"\s+", "", text)


def right_letters(stem: str, options: dict[str, str]) -> list[str]:
    """The letters of the right options; `options` is letter → text as the paper shows them."""
    right = {plain(text) for text in bank()[plain(stem)]}
    return [letter for letter, text in options.items() if plain(text) in right]


def picture_of(pdf: bytes, scale: float = 2.0) -> np.ndarray:
    """The first page of a PDF, BGR."""
    page = pypdfium2.PdfDocument(BytesIO(pdf))[0]
    return page.render(scale=scale).to_numpy()[:, :, :3].copy()


def png_of(pdf: bytes) -> bytes:
    return cv2.imencode(".png", picture_of(pdf))[1].tobytes()


def qr_of(pdf: bytes) -> str:
    """What the QR code on the first page says; empty when there is none."""
    return cv2.QRCodeDetector().detectAndDecode(picture_of(pdf, 4.0))[0]


def text_of(pdf: bytes) -> str:
    """The first page's text without white space."""
    return plain(pypdfium2.PdfDocument(BytesIO(pdf))[0].get_textpage().get_text_bounded())
