"""Typed readers of environment variables; what is wrong is an `ImproperlyConfigured` that names the variable."""

import base64
import hashlib
import os
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

# Of a secret that signs: random text of make_keys has 64 characters of about 40 kinds.
SECRET_LENGTH, SECRET_VARIETY = 40, 12
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class Env:
    """Reads a mapping of strings; `secret` values of the demo are refused outside demo and test."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self.values = os.environ if values is None else values

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if value is None:
            raise ImproperlyConfigured(f"Set {name}.")
        return value

    def choice(self, name: str, options: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in options:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(options)}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")
        return value in TRUE

    def integer(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        try:
            return int(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from error

    def words(self, name: str, default: str = "") -> list[str]:
        return [word for word in self.text(name, default).replace(",", " ").split() if word]

    def pairs(self, name: str) -> dict[str, str]:
        """`name=value name=value …`."""
        words = self.words(name)
        if any("=" not in word for word in words):
            raise ImproperlyConfigured(f"{name} must hold pairs like code=SMS_1.")
        return dict(word.split("=", 1) for word in words)

    def secret(self, name: str, *, demo: str | None) -> str:
        """A secret; `demo` is its public value in the demo and in tests, None where even those need their own."""
        value = self.values.get(name) or demo
        if not value:
            raise ImproperlyConfigured(f"Set {name} to a secret of your own.")
        if demo is None and value.startswith("demo-"):
            raise ImproperlyConfigured(f"{name} holds the demo's secret; set one of your own.")
        if demo is None and (len(value) < SECRET_LENGTH or len(set(value)) < SECRET_VARIETY):
            raise ImproperlyConfigured(f"{name} is too weak; python -m config.make_keys prints a good one.")
        return value

    def keys(self, name: str, default: str) -> dict[str, bytes]:
        """`id:base64 id:base64 …` → id → 32 bytes; the first is the active one."""
        ring = {}
        for word in self.words(name, default):
            key_id, _, text = word.partition(":")
            try:
                key = base64.b64decode(text, validate=True)
            except ValueError as error:
                raise ImproperlyConfigured(f"{name}: key {key_id!r} is not base64.") from error
            if len(key) != 32 or not key_id or len(key_id) > 40:
                raise ImproperlyConfigured(f"{name}: key {key_id!r} must be 32 bytes with an id of 1 to 40 characters.")
            ring[key_id] = key
        if not ring:
            raise ImproperlyConfigured(f"Set {name}.")
        return ring


def demo_key(name: str) -> bytes:
    """The demo's public key of 32 bytes."""
    return hashlib.sha256(name.encode()).digest()


def require_own_keys(data_keys: Mapping[str, bytes], index_key: bytes) -> None:
    """Outside the demo: no key of the demo under whatever id, no key twice, no key of a few repeated bytes."""
    every = [*data_keys.values(), index_key]
    for name, keys in (("ZHUXUE_DATA_KEYS", list(data_keys.values())), ("ZHUXUE_INDEX_KEY", [index_key])):
        if "demo" in data_keys or any(key in (demo_key("data"), demo_key("index")) for key in keys):
            raise ImproperlyConfigured(f"{name} holds the demo's key.")
        if any(len(set(key)) < 8 for key in keys):
            raise ImproperlyConfigured(f"{name} is too weak; python -m config.make_keys prints a good one.")
    if len(set(every)) < len(every):
        raise ImproperlyConfigured("ZHUXUE_DATA_KEYS and ZHUXUE_INDEX_KEY must hold different keys.")


def database_from(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name?option=…` → Django's settings of the database."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgresql://.")
    return {
        "ENGINE": "tenants.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
