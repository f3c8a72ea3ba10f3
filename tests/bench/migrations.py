"""`prepare_database` over 300 schemas: with nothing to do, and with one migration pending in each of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from tests.bench.frame import Measured, figure

SCHEMAS = 300
PLAIN = 6  # schemas on which django-tenants' own way is measured; it takes the same time for each


def open_schemas(many: int) -> None:
    """So many schemas with the template's tables and its record of migrations, and a row each.

    Copied table by table: cloning 300 as institutions are opened would take a quarter of an hour of the measurement.
    """
    from django.conf import settings
    from django.db import connection

    from tenants.models import Institution

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [settings.TENANT_BASE_SCHEMA])
        tables = [row[0] for row in cursor.fetchall()]
    for number in range(Institution.objects.filter(code__startswith="bench").count(), many):
        name, base = f"bench{number:03d}", settings.TENANT_BASE_SCHEMA
        Institution.objects.create(
            schema_name=name, code=name, name=name, short_name=name, created_at=datetime(2026, 1, 4, tzinfo=UTC)
        )
        made = [f'CREATE TABLE "{name}"."{table}" (LIKE "{base}"."{table}" INCLUDING ALL)' for table in tables]
        record, columns = "django_migrations", "app, name, applied"
        copied = f'INSERT INTO "{name}".{record} ({columns}) SELECT {columns} FROM "{base}".{record} ORDER BY id'
        with connection.cursor() as cursor:
            cursor.execute(";".join([f'CREATE SCHEMA "{name}"', *made, copied]))
        connection.close()  # a server process remembers every table it has seen


def seconds(run: str) -> float:
    from django.core.management import call_command

    started = time.perf_counter()
    if run == "ours":
        call_command("prepare_database", verbosity=0)
    else:
        for number in range(PLAIN):
            name = f"bench{number:03d}"
            call_command("migrate_schemas", tenant=True, schema_name=name, interactive=False, verbosity=0)
    return time.perf_counter() - started


def take_one_back() -> None:
    """Undo one migration of Wagtail's in every schema (a column of an empty table), as if it were new."""
    from django.db import connection

    from tenants.models import Institution

    with connection.cursor() as cursor:
        for schema in Institution.objects.values_list("schema_name", flat=True):
            cursor.execute(f'ALTER TABLE "{schema}".wagtailembeds_embed DROP COLUMN cache_until')
            cursor.execute(f"DELETE FROM \"{schema}\".django_migrations WHERE app = 'wagtailembeds' AND name ~ '^0009'")


@figure("migrations, 300 schemas, nothing to do", target=0.1, at_most=True)
def nothing_to_do() -> Measured:
    """Beside django-tenants' own command, which plans and signals in each schema (measured on 6, times 50)."""
    open_schemas(SCHEMAS)
    return Measured(seconds("ours"), seconds("plain") / PLAIN * SCHEMAS, "s")


@figure("migrations, 300 schemas, one pending", target=1.5, at_most=True)
def one_migration() -> Measured:
    """The same with one column to add in each schema."""
    open_schemas(SCHEMAS)
    take_one_back()
    plain = seconds("plain") / PLAIN * SCHEMAS
    return Measured(seconds("ours"), plain, "s")
