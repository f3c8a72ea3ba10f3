"""`manage.py recount_study`: prove that progress is the sum of the spans that count (docs/operations.md, "Study")."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from learning.models import Enrolment
from learning.recount import recount
from tenants.models import Institution, Kind
from tenants.scopes import province_scope


class Command(BaseCommand):
    help = "Count all credited study again and compare it with progress and states; exit 1 when anything differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--enrolment", type=UUID, help="only this one")
        parser.add_argument("--institution", metavar="SCHEMA", help="only the enrolments of this institution")
        parser.add_argument("--most", type=int, default=5, help="how many differences of each kind to name")

    def handle(self, *args: Any, enrolment: UUID | None, institution: str | None, most: int, **options: Any) -> None:
        if enrolment is not None:
            with province_scope():
                if not Enrolment.objects.filter(uuid=enrolment).exists():
                    raise CommandError(f"There is no enrolment {enrolment}.")
        told = recount(
            at=now(),
            institution=None if institution is None else _institution(institution),
            enrolment=None if enrolment is None else str(enrolment),
            most=most,
        )
        self.stdout.write(f"{told.enrolments} enrolments, {told.progress} lessons begun, {told.spans} spans counted.")
        if not told.holds:
            lines = [f"{kind}: {n}" for kind, n in sorted(told.counts.items())]
            raise CommandError("\n".join(["Study does not add up."] + lines + [str(one) for one in told.first]))
        self.stdout.write("Everything adds up.")


def _institution(schema: str) -> int:
    found = Institution.objects.filter(schema_name=schema, kind=Kind.INSTITUTION).first()
    if found is None:
        raise CommandError(f"There is no institution {schema}.")
    return found.pk
