"""Give an institution another address: `add_domain lingzhu www.lingzhu.example --primary`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from tenants.domains import add_domain
from tenants.errors import DomainError
from tenants.models import Institution


class Command(BaseCommand):
    help = "Add a host name to an institution (or to the association); its DNS and certificate are yours to arrange."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("schema", help="name of the institution's schema, `association` for the portal")
        parser.add_argument("host", help="host name without scheme and port")
        parser.add_argument("--primary", action="store_true", help="the address that links and messages use")

    def handle(self, *args: Any, schema: str, host: str, primary: bool, **options: Any) -> None:
        institution = Institution.objects.filter(schema_name=schema).exclude(kind="template").first()
        if institution is None:
            raise CommandError(f"There is no institution with the schema {schema!r}.")
        try:
            domain = add_domain(institution, host, by=None, at=now(), primary=primary)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(f"{domain.domain} leads to {institution.name}{' (primary)' if domain.is_primary else ''}.")
