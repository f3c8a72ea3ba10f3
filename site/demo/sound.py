"""The audio track of a lesson: a quiet chord under each slide, a soft bell when a bullet arrives. 16-bit mono."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from demo import slides

RATE = 44_100
CHORDS = [(196.00, 246.94, 293.66), (174.61, 220.00, 261.63), (164.81, 196.00, 246.94), (146.83, 196.00, 220.00)]
PAD_LEVEL, BELL_LEVEL = 0.045, 0.06


def write_track(lesson: dict, path: Path) -> None:
    """The lesson's track as a WAV file, exactly as long as its slides."""
    track = np.zeros(slides.lesson_seconds(lesson) * RATE, np.float32)
    offset = 0
    for index, slide in enumerate(lesson["slides"]):
        pad = _pad(CHORDS[index % len(CHORDS)], slide["seconds"])
        track[offset : offset + len(pad)] += pad
        offset += len(pad)
    bell = _bell()
    for moment in slides.bullet_times(lesson):
        start = int(moment * RATE)
        part = bell[: len(track) - start]
        track[start : start + len(part)] += part
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(track, -1, 1) * 32_767).astype("<i2").tobytes())


def _pad(chord: tuple[float, ...], seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    swell = np.minimum(1, t / 1.2) * np.minimum(1, (seconds - t) / 1.2) * (0.85 + 0.15 * np.sin(2 * np.pi * 0.25 * t))
    tone = sum(np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(2 * np.pi * pitch * 2.002 * t) for pitch in chord)
    return (tone / len(chord) * swell * PAD_LEVEL).astype(np.float32)


def _bell() -> np.ndarray:
    t = np.arange(int(0.9 * RATE), dtype=np.float32) / RATE
    tone = np.sin(2 * np.pi * 880 * t) + 0.4 * np.sin(2 * np.pi * 1760 * t)
    return (tone * np.exp(-t * 6) * np.minimum(1, t / 0.006) * BELL_LEVEL).astype(np.float32)
