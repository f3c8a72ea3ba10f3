"""Whether an institution's schema has all its tables: an incomplete one is refused, never half served.

What a schema must have comes from this process's own models, not from the template schema: while a new version
migrates, processes of the old one still serve, and clones of a template that lost a table would seem whole (ADR 0125).
"""

import time
from collections.abc import Iterable
from functools import cache

import structlog
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

log = structlog.get_logger(__name__)
# Schemas this process found complete → until when (monotonic seconds) that is believed.
_complete: dict[str, float] = {}

MISSING = """
    SELECT schema, name FROM unnest(%s::text[]) AS schema, unnest(%s::text[]) AS name
    WHERE to_regclass(format('%%I.%%I', schema, name)) IS NULL ORDER BY schema, name
"""
MISPLACED = """
    SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(format('public.%%I', name)) IS NOT NULL ORDER BY name
"""


class SchemaIncomplete(DomainError):
    """Tables are missing; `tables` names them for operators, the sentence does not."""

    code = "institution.schema_incomplete"
    message = _("The institution's database is not complete. Nothing was changed; operators find the names in the log.")
    status = 503

    def __init__(self, schema: str, tables: Iterable[str]) -> None:
        self.schema, self.tables = schema, tuple(tables)
        super().__init__()

    def __str__(self) -> str:
        return f"{self.code}: {self.schema} lacks {', '.join(self.tables)}"


@cache
def expected_tables() -> tuple[str, ...]:
    """The tables that every institution's schema holds, by the models of TENANT_APPS; sorted."""
    models = apps.get_models(include_auto_created=True)
    here = {m._meta.db_table for m in models if m._meta.app_config.name in settings.TENANT_APPS and m._meta.managed}
    return tuple(sorted(here | {"django_migrations"}))


def missing_tables(schemas: Iterable[str]) -> dict[str, list[str]]:
    """Schema → its missing tables, for those that miss any. One query for all of them."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [list(schemas), list(expected_tables())])
        for schema, table in cursor.fetchall():
            found.setdefault(schema, []).append(table)
    return found


def misplaced_tables() -> list[str]:
    """Per-schema tables that lie in public, where a schema that lost its own would silently read them."""
    own = [name for name in expected_tables() if name != "django_migrations"]
    with connection.cursor() as cursor:
        cursor.execute(MISPLACED, [own])
        return [row[0] for row in cursor.fetchall()]


def require_complete(schema: str) -> None:
    """Raise `SchemaIncomplete` when a table is missing now."""
    tables = missing_tables([schema]).get(schema)
    if tables:
        log.error("schema_incomplete", schema=schema, tables=tables)
        raise SchemaIncomplete(schema, tables)


def is_complete(schema: str) -> bool:
    """As `require_complete`, but asked of the database once a process and then every `SCHEMA_CHECK_S` seconds.

    A schema that is not complete is asked about each time, so that a repair is seen at once; each time is an error in
    the log.
    """
    if _complete.get(schema, 0.0) > time.monotonic():
        return True
    tables = missing_tables([schema]).get(schema)
    if tables:
        _complete.pop(schema, None)
        log.error("schema_incomplete", schema=schema, tables=tables)
        return False
    _complete[schema] = time.monotonic() + settings.SCHEMA_CHECK_S
    return True


def forget(schema: str | None = None) -> None:
    """Ask again at the next request: after a repair, after a schema was made anew."""
    if schema is None:
        _complete.clear()
    else:
        _complete.pop(schema, None)
