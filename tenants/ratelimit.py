"""A token bucket in Redis: so many at once, refilled evenly. One script call, so many processes share one bucket."""

from datetime import datetime
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

# KEYS[1] bucket; ARGV: capacity, tokens a second, now (seconds), tokens to take (-1 gives one back). Answers 1 when
# they were there.
SCRIPT = """
local capacity, rate, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or capacity, tonumber(bucket[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate)
local take = tonumber(ARGV[4])
local allowed = tokens >= take
if allowed then tokens = math.min(capacity, tokens - take) end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', math.max(at, now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity / rate) + 1)
return allowed and 1 or 0
"""


@cache
def _script() -> Any:
    # One try, and a short one: whoever waits here is a person.
    client = redis.Redis.from_url(
        settings.CACHES["default"]["LOCATION"],
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(SCRIPT)


def allowed(purpose: str, who: str, *, a_minute: float, at: datetime, burst: int | None = None) -> bool:
    """Take one token of `who` (an address, a person) for `purpose`; False when they are used up.

    `a_minute` tokens come back evenly each minute, `burst` (as many unless told otherwise) are there at once. Without
    Redis everybody passes: what this guards has a second lock (a token, a captcha), and a look-up that fails with
    Redis would punish the honest.
    """
    return _take(purpose, who, 1, a_minute, at, burst)


def give_back(purpose: str, who: str, *, a_minute: float, at: datetime, burst: int | None = None) -> None:
    """Undo one `allowed`: what it let through was no trespass."""
    _take(purpose, who, -1, a_minute, at, burst)


def _take(purpose: str, who: str, tokens: int, a_minute: float, at: datetime, burst: int | None) -> bool:
    arguments = [burst or a_minute, a_minute / 60, at.timestamp(), tokens]
    try:
        return bool(_script()(keys=[f"rate:{purpose}:{who}"], args=arguments))
    except redis.RedisError:
        log.warning("rate limit without redis", purpose=purpose)
        return True
