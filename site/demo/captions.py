"""Captions of a lesson (WebVTT) from the narration of its slides."""

from __future__ import annotations

import re
from pathlib import Path


def write_captions(lesson: dict, path: Path) -> None:
    cues = [f"{_stamp(start)} --> {_stamp(end)}\n{text}\n" for start, end, text in cues_of(lesson)]
    path.write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")


def cues_of(lesson: dict) -> list[tuple[float, float, str]]:
    """(start, end, sentence) in seconds of the lesson; a slide's time is shared among its sentences by their length."""
    cues, offset = [], 0.0
    for slide in lesson["slides"]:
        sentences = [part for part in re.split(r"(?<=[。！？；])", slide["narration"]) if part.strip()]
        letters = sum(map(len, sentences))
        start = offset + 0.2
        room = slide["seconds"] - 0.4
        for sentence in sentences:
            end = start + room * len(sentence) / letters
            cues.append((start, end, sentence.strip()))
            start = end
        offset += slide["seconds"]
    return cues


def _stamp(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{seconds % 60:06.3f}"
