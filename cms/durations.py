"""Lengths of time as people read them."""

from collections.abc import Iterable
from itertools import pairwise

from django.utils.translation import gettext as _


def clock(ms: int) -> str:
    """A place in a lesson: 22:30, or 1:02:30."""
    seconds = ms // 1000
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"


def duration(ms: int) -> str:
    """How long, in units: 22 min 30 s; from an hour on without seconds. Seconds are rounded up, nothing is 0."""
    seconds = max(1, -(-ms // 1000))
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes}
    if minutes and seconds:
        return _("%(m)s min %(s)s s") % {"m": minutes, "s": seconds}
    return _("%(m)s min") % {"m": minutes} if minutes else _("%(s)s s") % {"s": seconds}


def seconds_of(parts_ms: Iterable[int]) -> list[int]:
    """Whole seconds for each part, such that their sum is the sum of the parts, cut: never more than was credited."""
    sums = [0]
    for ms in parts_ms:
        sums.append(sums[-1] + ms)
    return [after // 1000 - before // 1000 for before, after in pairwise(sums)]


def length(seconds: int) -> str:
    """How long, to the second and never rounded: 1 h 2 min 30 s. What is shown adds up."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    values = {"h": hours, "m": minutes, "s": rest}
    if hours:
        return _("%(h)s h %(m)s min %(s)s s") % values
    if minutes:
        return _("%(m)s min %(s)s s") % values
    return _("%(s)s s") % values
