"""Times and amounts as staff read them."""

from datetime import timedelta

from django.utils.translation import gettext as _


def waited(time: timedelta) -> str:
    """6 天 2 时, 3 时 20 分, 5 分: two units at most, never negative."""
    minutes = max(0, int(time.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": rest}


def clock(milliseconds: int) -> str:
    """h:mm:ss."""
    seconds = milliseconds // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
