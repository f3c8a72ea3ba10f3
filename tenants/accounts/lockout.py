"""Growing delay after failed sign-ins, for one account from one address (django-axes)."""

from datetime import timedelta

from axes.signals import user_locked_out
from django.core.cache import caches
from django.dispatch import receiver
from django.http import HttpRequest

DAY_S = 24 * 3600
cache = caches["province"]
STEPS_MIN = (1, 5, 15, 60)


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """1, 5, 15, then 60 minutes, by the number of lock-outs of the address in a day; never for good."""
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    times = int(cache.get(f"lockouts:{address}") or 1)
    return timedelta(minutes=STEPS_MIN[min(times, len(STEPS_MIN)) - 1])


@receiver(user_locked_out)
def count_lockout(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    """One more lock-out of this address today."""
    if request is not None:
        key = f"lockouts:{request.META.get('REMOTE_ADDR', '')}"
        cache.add(key, 0, DAY_S)
        cache.incr(key)
