"""Bring the database up to date: public, the template schema, every institution. Safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.timezone import now
from django_tenants.utils import schema_exists

from tenants.services import ensure_template


class Command(BaseCommand):
    help = "Migrate public, then the template schema and all institutions."

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=verbosity)
        ensure_template(now())
        if not schema_exists(settings.TENANT_BASE_SCHEMA):
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE SCHEMA "{settings.TENANT_BASE_SCHEMA}"')
        call_command("migrate_schemas", tenant=True, interactive=False, verbosity=verbosity)
