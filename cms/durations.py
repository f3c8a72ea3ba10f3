"""Lengths of time as people read them."""

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
