"""Batches of hours for the national register: `register_batches` lists what waits, `register_batches ID` prints one."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from certs.models import RegisterBatch
from certs.services.batches import NoSuchBatch, take_batch


class Command(BaseCommand):
    help = "List the batches that nobody has taken yet, or print one as JSON. Printing is written to the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", nargs="?", type=UUID, help="id of the batch to print; it names people: pipe it on")

    def handle(self, *args: Any, batch: UUID | None, **options: Any) -> None:
        if batch is None:
            for row in RegisterBatch.objects.filter(taken_at=None):
                self.stdout.write(f"{row.uuid}  {row.lines} lines  {row.made_at:%Y-%m-%d %H:%M}")
            return
        try:
            self.stdout.write(take_batch(batch, at=now()))
        except NoSuchBatch as error:
            raise CommandError(error.message) from error
