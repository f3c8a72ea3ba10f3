"""Structured logs: one event a line, with tenant and request id, without personal data."""

import re
from collections.abc import Mapping, MutableMapping
from logging import LogRecord
from typing import Any
from uuid import UUID

import structlog

from tenants.masking import redacted

# Names under which something personal could slip into an event.
PRIVATE = {"phone", "id_number", "name", "password", "text", "email", "ip", "user_agent", "token", "code_text"}


# Paths that carry a secret: whoever reads the log could open what the QR code of a certificate opens.
SECRET_PATH = re.compile(r"(/v/)[^/\s'\"]+")


def without_personal_data(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop values whose name says that they are personal, and tokens in paths."""
    for key in PRIVATE & event.keys():
        event[key] = "…"
    for key, value in event.items():
        if isinstance(value, str) and "/v/" in value:
            event[key] = SECRET_PATH.sub(r"\1…", value)
    if isinstance(request := event.get("request"), str):
        event["request"] = request.partition("?")[0]  # what people search for is nobody's business
    return event


def without_numbers(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last resort: ID numbers and mobile numbers, wherever they stand, an exception's text included."""
    for key, value in event.items():
        event[key] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_clean(one) for one in value]
    if value is None or isinstance(value, (bool, float, UUID, LogRecord)):
        return value
    cleaned = redacted(text := str(value))
    return value if cleaned == text else cleaned


def with_tenant(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the schema of the connection, if there is one."""
    from django.db import connection

    schema = getattr(connection, "schema_name", None)
    if schema and schema != "public":
        event.setdefault("tenant", schema)
    return event


def structured_logging(*, level: str, as_json: bool) -> dict[str, Any]:
    """Configure structlog and return Django's LOGGING."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        with_tenant,
        without_personal_data,
        structlog.processors.format_exc_info,
        without_numbers,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers write past our formatter.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "django.channels.server": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "xhtml2pdf": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
            "pyhanko": {"level": "WARNING"},
        },
    }
