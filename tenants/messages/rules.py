"""When a message goes again, and how many may go: pure rules on plain values."""

from datetime import datetime, timedelta

from django.utils.timezone import localtime

from tenants.rulesets.rules import MessageRules


def next_try(tries: int, *, at: datetime, rules: MessageRules) -> datetime | None:
    """When to try again after `tries` failed ones: 30 s, 60 s, 2 min … later; None when that was the last."""
    if tries >= rules.tries:
        return None
    return at + timedelta(seconds=rules.first_retry_s * rules.retry_factor ** (tries - 1))


def tomorrow(at: datetime, *, rules: MessageRules) -> datetime:
    """The hour of the next local day at which what a daily cap held back may leave."""
    day = localtime(at) + timedelta(days=1)
    return day.replace(hour=rules.next_day_h, minute=0, second=0, microsecond=0)


def day_of(at: datetime) -> datetime:
    """Where the local day of `at` began."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
