"""The demo's database, made or brought up to date in one process: migrations where one is missing, then the province.

Run as `python -m config.prepare GUIDE`; writes what there is to see and try to the file GUIDE.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path


def schemas() -> list[str]:
    """Schemas that hold tables of ours, public first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_migrations' ORDER BY 1")
        found = [row[0] for row in cursor.fetchall()]
    return sorted(found, key=lambda name: (name != "public", name))


def is_migrated() -> bool:
    """Whether the template and every schema know every migration; one query a schema instead of a plan for each."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from psycopg import sql

    found = schemas()
    if not {"public", settings.TENANT_BASE_SCHEMA} <= set(found):
        return False
    wanted = set(MigrationLoader(None).disk_migrations)
    with connection.cursor() as cursor:
        for schema in found:
            cursor.execute(sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(schema)))
            if not wanted <= set(cursor.fetchall()):
                return False
    return True


def main(guide: Path) -> None:
    import django

    started = time.monotonic()
    django.setup()
    from django.core.management import call_command

    if not is_migrated():
        call_command("prepare_database", verbosity=0)
        print(f"  database migrated, {time.monotonic() - started:.1f} s", flush=True)
    call_command("build_demo")
    from demo.guide import text

    guide.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
