"""Lengths, sizes and renditions of videos as staff read them."""

from typing import Any

from django import template

from cms import durations

register = template.Library()


@register.filter
def clock(ms: int | None) -> str:
    """Milliseconds as m:ss, or h:mm:ss."""
    return durations.clock(ms or 0)


@register.filter
def megabytes(size: int) -> str:
    """Bytes in the unit that suits, one decimal."""
    size = int(size or 0)
    for unit, bytes_of in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= bytes_of:
            return f"{size / bytes_of:.1f} {unit}"
    return f"{size} B"


@register.filter
def sizes(renditions: list[dict[str, Any]]) -> str:
    """`1280×720 900 kbit/s · 640×360 …`."""
    return " · ".join(f"{one['width']}×{one['height']} {one['bandwidth'] // 1000} kbit/s" for one in renditions) or "—"
