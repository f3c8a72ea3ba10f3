"""Bring the database up to date: public, the template schema, every institution. Safe to run again.

Run before the processes of a new version serve: while it runs, those of the old one go on.
"""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.timezone import now
from django_tenants.utils import schema_exists

from tenants import schema_check
from tenants.models import Institution
from tenants.schema_versions import behind
from tenants.services import ensure_template


class Command(BaseCommand):
    help = "Migrate public, then the template schema, then every institution that is behind it; then count tables."

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=verbosity)
        template = settings.TENANT_BASE_SCHEMA
        ensure_template(now())
        if not schema_exists(template):
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE SCHEMA "{template}"')
        migrate_schema(template, verbosity)
        schemas = list(Institution.objects.values_list("schema_name", flat=True))
        late = behind(schemas, like=template)
        for schema in late:
            migrate_schema(schema, verbosity)
        if verbosity:
            self.stdout.write(f"{len(late)} of {len(schemas)} schemas were behind.")
        self.look(schemas)

    def look(self, schemas: list[str]) -> None:
        """Raises CommandError (exit 1) with the names of what is missing or in the wrong place."""
        missing = [f"{schema}: {', '.join(tables)}" for schema, tables in schema_check.missing_tables(schemas).items()]
        misplaced = schema_check.misplaced_tables()
        if missing:
            raise CommandError("These schemas are not complete and will not be served:\n  " + "\n  ".join(missing))
        if misplaced:
            raise CommandError(f"These tables must not be in public: {', '.join(misplaced)}")


def migrate_schema(schema: str, verbosity: int) -> None:
    call_command("migrate_schemas", tenant=True, schema_name=schema, interactive=False, verbosity=verbosity)
