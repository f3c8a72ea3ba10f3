"""Check the audit trail (docs/operations.md, "Audit")."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from tenants.audit.heads import exported_heads
from tenants.audit.services import Verdict, verify


class Command(BaseCommand):
    help = "Walk the audit chain and compare it with the exported heads; exit 1 and the first broken entry if it fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--heads", default=str(settings.AUDIT_HEADS), help="a file of exported heads")

    def handle(self, *args: Any, heads: str, **options: Any) -> None:
        exported = exported_heads(heads)
        verdict = verify(at=now(), heads=exported)
        self.stdout.write(f"{verdict.sealed} sealed, {verdict.unsealed} waiting, {len(exported)} heads compared.")
        if verdict.head is not None:
            self.stdout.write(f"Head: {verdict.head.pk} {verdict.head.hash}")
        if faults := list(_faults(verdict)):
            raise CommandError("\n".join(faults), returncode=1)
        self.stdout.write("The chain holds.")


def _faults(verdict: Verdict) -> list[str]:
    faults = []
    if verdict.broken is not None:
        entry = verdict.broken.entry
        faults.append(f"BROKEN at entry {entry.pk} ({entry.uuid}, {entry.action}, {entry.at:%Y-%m-%d %H:%M:%S %Z}).")
    if verdict.late:
        faults.append(f"{verdict.late} entries wait longer than ten minutes: is the sealer running?")
    faults += [f"The head {head} was exported and is gone: entries were cut off." for head in verdict.lost_heads[:5]]
    return faults
