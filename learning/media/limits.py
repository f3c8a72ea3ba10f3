"""What a video that is uploaded may be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of an upload. Times in milliseconds, sizes in bytes and pixels."""

    streams: int = 8
    least_ms: int = 1000
    longest_ms: int = 4 * 3600 * 1000
    pixels: int = 3840 * 2160
    side: int = 4096
    fps: float = 120.0
    boxes: int = 100_000
    header: int = 64 * 1024 * 1024
    chapters: int = 100


LIMITS = Limits()
