"""`manage.py update_search [SCHEMA …]`: build the search index anew, of every institution or of the named ones."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_tenants.utils import tenant_context

from tenants.models import Institution, Kind


class Command(BaseCommand):
    help = "Builds the search index of the sites anew. Publishing keeps it; this is for a new way of cutting words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("schemas", nargs="*", help="schema names; none: all of them")

    def handle(self, *args: Any, schemas: list[str], **options: Any) -> None:
        found = Institution.objects.exclude(kind=Kind.TEMPLATE).order_by("schema_name")
        if schemas:
            found = found.filter(schema_name__in=schemas)
            if missing := set(schemas) - set(found.values_list("schema_name", flat=True)):
                raise CommandError(f"No such schema: {', '.join(sorted(missing))}")
        for institution in found:
            with tenant_context(institution):
                call_command("update_index", verbosity=0)
            self.stdout.write(institution.schema_name)
