"""The national register's side of an upload. One adapter so far: a batch is a JSON file in the private folder, where
the operator's transfer picks it up. Sending the same batch again writes the same file.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

VERSION = 1


@dataclass(frozen=True)
class Line:
    """One person's recorded year. `hours` is text: no float travels."""

    upload: str
    id_number: str
    name: str
    position: str
    year: int
    hours: str
    institution: str


@dataclass(frozen=True)
class Receipt:
    """What the register said at once. `accepted`: the hours are recorded already, else it answers later."""

    reference: str
    accepted: bool


class Register(Protocol):
    """Where hours are uploaded to. `send` is idempotent by batch id."""

    def send(self, batch: UUID, lines: Iterable[Line]) -> Receipt: ...


class FileRegister:
    """Writes `register/<batch>.json`, readable by the service's own account only."""

    def send(self, batch: UUID, lines: Iterable[Line]) -> Receipt:
        folder = Path(settings.PRIVATE_ROOT) / "register"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = {"version": VERSION, "batch": str(batch), "lines": [asdict(line) for line in lines]}
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as part:
            json.dump(content, part, ensure_ascii=False, indent=1)
            part.flush()
            os.fsync(part.fileno())
        os.replace(part.name, folder / f"{batch}.json")
        return Receipt(reference=f"FILE-{batch.hex[:12].upper()}", accepted=settings.REGISTER_ACCEPTS_AT_ONCE)


def register() -> Register:
    """The configured adapter."""
    return FileRegister()
