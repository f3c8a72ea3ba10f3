"""`manage.py anonymise_due [--dry-run]`: what the nightly task does, or the figures of what it would do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now

from cms.retention import count_ended, end_of_retention


class Command(BaseCommand):
    help = "Anonymise closed accounts, delete pictures of study and strip certificates whose retention is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print the figures; nothing is changed")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        at = now()
        due = count_ended(at=at)
        accounts = due.accounts
        self.stdout.write(
            f"accounts {accounts.people} (sign-ins {accounts.sessions}, devices {accounts.devices}, "
            f"SMS {accounts.messages}, requests {accounts.requests})\n"
            f"pictures of snapshots {due.evidence.snapshots}, of face checks {due.evidence.checks}, "
            f"camera sessions with measures and traces {due.evidence.measures}\ncertificates {due.certificates}\n"
            f"batches of the register {due.batches}, claims for post certificates {due.claims}, sheets {due.sheets}\n"
            f"exported files {due.exports}, scans of papers {due.scans}"
        )
        if dry_run:
            self.stdout.write("dry run: nothing was changed")
            return
        end_of_retention(at=at)
        self.stdout.write("done")
