"""What failed sign-ins lead to: a captcha, then delays that grow and end by themselves. Nobody is locked for good.

Three counts, all forgotten after a day without failures:
- account and address together: what stops guessing, and cannot reach the person at another address;
- one account from many addresses (rotation): delays strangers' devices only;
- one address over many accounts (spraying): a bucket of failures.
Keys are blind indexes: the cache holds neither account nor address.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
import structlog
from django.core.cache import caches

from tenants.crypto import blind_index
from tenants.ratelimit import allowed, give_back
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

DAY_S = 24 * 3600
CAPTCHA_S = 3600
BUCKET = "signin"
cache = caches["province"]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """One try: the blind index of the account, the address, and whether the person has used this device before."""

    account: str
    address: str
    known_device: bool
    rules: PeopleRules
    at: datetime

    @classmethod
    def of(cls, account: str, address: str, *, known_device: bool, at: datetime) -> "Attempt":
        return cls(account, blind_index("address", address), known_device, rules_for(PeopleRules, at=at), at)

    @property
    def pair(self) -> str:
        return f"signin:pair:{self.account}:{self.address}"

    @property
    def spread(self) -> str:
        return f"signin:account:{self.account}"

    @property
    def bucket(self) -> dict[str, Any]:
        return {
            "a_minute": self.rules.sign_in_failures_address_an_hour / 60,
            "burst": self.rules.sign_in_failures_address,
            "at": self.at,
        }


def delay_s(failures: int, every: int, delays: tuple[int, ...]) -> int:
    """Seconds to wait after the `failures`-th failure; 0 between the steps. The last delay repeats."""
    if failures == 0 or failures % every:
        return 0
    return delays[min(failures // every, len(delays)) - 1]


def wait_s(attempt: Attempt) -> int:
    """Seconds until this account may be tried from here; 0 when it may now."""
    keys = [attempt.pair] if attempt.known_device else [attempt.pair, attempt.spread]
    until = max(_read(f"{key}:until") for key in keys)
    return max(0, round(until - attempt.at.timestamp()))


def may_try(attempt: Attempt) -> bool:
    """Whether the password may be looked at. Takes one failure of the address' bucket; `succeeded` gives it back."""
    if wait_s(attempt):
        return False
    return allowed(BUCKET, attempt.address, **attempt.bucket) or attempt.known_device


def failed(attempt: Attempt) -> None:
    """Count a failure. What was refused unread is not counted: trying on does not lengthen a delay."""
    rules = attempt.rules
    here = _count(attempt.pair, rules.sign_in_failures, rules.sign_in_delays_s, attempt.at)
    # One address adds a few at most, so that it never delays the person elsewhere.
    if here <= rules.sign_in_failures:
        _count(attempt.spread, rules.sign_in_failures_spread, rules.sign_in_delays_spread_s, attempt.at)
    note_refused(attempt)


def note_refused(attempt: Attempt) -> None:
    """The next try of this account, and of this address, shows the captcha."""
    for key in (attempt.account, attempt.address):
        _write(f"signin:captcha:{key}", 1, CAPTCHA_S)


def succeeded(attempt: Attempt) -> None:
    """The right password: the pair starts anew, and the account's captcha goes; what others do elsewhere stays."""
    give_back(BUCKET, attempt.address, **attempt.bucket)
    _forget(attempt.pair, f"{attempt.pair}:until", f"signin:captcha:{attempt.account}")


def proved(account: str) -> None:
    """The person has proved by SMS who they are: strangers' failures delay this account no longer."""
    _forget(f"signin:account:{account}", f"signin:account:{account}:until", f"signin:captcha:{account}")


def needs_captcha(account: str, address: str) -> bool:
    """True in the hour after a failure of this account (blind index, may be empty) or of this address."""
    keys = [key for key in (account, blind_index("address", address)) if key]
    return any(_read(f"signin:captcha:{key}", unknown=1) for key in keys)


def may_ask(address: str, *, at: datetime) -> bool:
    """One more question of this address that an account's existence hangs on (registration, forgotten password)."""
    an_hour = rules_for(PeopleRules, at=at).flows_an_hour_address
    return allowed("accounts.flow", blind_index("address", address), a_minute=an_hour / 60, burst=an_hour, at=at)


def _count(key: str, every: int, delays: tuple[int, ...], at: datetime) -> int:
    """One more failure of `key`; sets its delay when a step is reached. Returns the failures of the day."""
    try:
        cache.add(key, 0, DAY_S)
        failures = int(cache.incr(key))
        cache.touch(key, DAY_S)
    except (redis.RedisError, ValueError):
        log.warning("failed sign-in not counted")
        return 1
    if seconds := delay_s(failures, every, delays):
        _write(f"{key}:until", at.timestamp() + seconds, seconds)
    return failures


def _read(key: str, unknown: float = 0) -> float:
    """Without Redis nobody is delayed, but everybody types the captcha (`unknown`)."""
    try:
        return float(cache.get(key) or 0)
    except redis.RedisError:
        return unknown


def _write(key: str, value: float, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except redis.RedisError:
        log.warning("failed sign-in not noted")


def _forget(*keys: str) -> None:
    try:
        cache.delete_many(keys)
    except redis.RedisError:
        log.warning("failed sign-ins not forgotten")
