"""Seal everything anew under the first key of ZHUXUE_DATA_KEYS (docs/operations.md, "Keys")."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from tenants import rotation
from tenants.audit.services import record
from tenants.crypto import active_key_id


class Command(BaseCommand):
    help = "Seal all encrypted fields and files with the first key of the ring; may be broken off and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say which keys are still needed; exit 1 if old")
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="rows a transaction")

    def handle(self, *args: Any, check: bool, batch: int, **options: Any) -> None:
        if batch < 1:
            raise CommandError("--batch must be at least 1.")
        if not check:
            self._rotate(batch)
        self._check()

    def _rotate(self, batch: int) -> None:
        total: Counter[str] = Counter()
        for place in rotation.places():
            done = rotation.rotate(place, batch=batch)
            total += done
            if done:
                self.stdout.write(f"{place}: {_words(done)}")
        if total:
            counts: dict[str, Any] = dict(total)
            record("keys.rotated", actor=None, at=now(), key=active_key_id(), **counts)

    def _check(self) -> None:
        """What each key of the ring, or none of it, is still needed for."""
        needed: Counter[str] = Counter()
        for place in rotation.places():
            keys = rotation.keys_in_use(place)
            needed += keys
            if set(keys) - {active_key_id()}:
                self.stdout.write(f"{place}: {_words(keys)}")
        missing = needed.pop(rotation.MISSING, 0)
        for key, count in sorted(needed.items()):
            self.stdout.write(f"key {key}: {count}{self._note(key)}")
        if missing:
            self.stdout.write(f"{missing} files are named by a row and are not there")
        old = sorted(set(needed) - {active_key_id()})
        if old:
            raise CommandError(f"Still needed besides {active_key_id()}: {', '.join(old)}.", returncode=1)
        spare = [key for key in settings.DATA_KEYS if key != active_key_id()]
        self.stdout.write(f"Only {active_key_id()} is needed." + (f" Remove: {', '.join(spare)}." if spare else ""))

    def _note(self, key: str) -> str:
        if key == active_key_id():
            return " (active)"
        return "" if key in settings.DATA_KEYS else " (not in ZHUXUE_DATA_KEYS: cannot be opened)"


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
