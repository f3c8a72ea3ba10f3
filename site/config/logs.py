"""Structured logs: one event a line, with tenant and request id, without personal data."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

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
    return event


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
            "django.channels.server": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "xhtml2pdf": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
            "pyhanko": {"level": "WARNING"},
        },
    }
