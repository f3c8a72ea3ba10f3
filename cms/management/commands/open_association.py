"""The first step of a new installation: the association with its portal, at the host of ZHUXUE_PORTAL_URL."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import now

from cms.portal_words import portal_words
from cms.seeding import seed_site
from tenants.errors import DomainError
from tenants.models import Institution, Kind
from tenants.roles.queries import association_schema
from tenants.services import open_institution


class Command(BaseCommand):
    help = "Open the association and its portal; then run first_superuser. Its pages are edited in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="full name, e.g. 广东省建设教育协会")
        parser.add_argument("--short-name", default="", help="at most 12 characters; empty: the first of the name")
        parser.add_argument("--phone", default="", help="shown to everybody on the portal")

    def handle(self, *args: Any, name: str, short_name: str, phone: str, **options: Any) -> None:
        if Institution.objects.filter(kind=Kind.ASSOCIATION).exists():
            raise CommandError("The association is open already.")
        host, at = urlsplit(settings.PORTAL_URL).hostname or "", now()
        try:
            with transaction.atomic():
                association = open_institution(
                    schema_name=association_schema(), code=association_schema(), name=name,
                    short_name=(short_name or name)[:12], hosts=[host], phone=phone,
                    brand_main="#1d4f8b", brand_accent="#b3261e", kind=Kind.ASSOCIATION, by=None, at=at,
                )  # fmt: skip
                seed_site(association, portal_words(association, at=at), by=None, at=at)
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.message}") from error
        self.stdout.write(f"{name} is open at {settings.PORTAL_URL}. Next: first_superuser.")
