"""The national register's side of an upload. One adapter so far: a batch waits, sealed, until the operator's transfer
takes it (`manage.py register_batches`). Sending the same batch again changes nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings

from certs.models import RegisterBatch

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
    """Where hours are uploaded to. `send` is idempotent by batch id and runs in the caller's transaction."""

    def send(self, batch: UUID, lines: Iterable[Line], *, at: datetime) -> Receipt: ...


class SealedRegister:
    """Keeps the batch as an encrypted row; nothing that names a person lies in a file."""

    def send(self, batch: UUID, lines: Iterable[Line], *, at: datetime) -> Receipt:
        if not RegisterBatch.objects.filter(uuid=batch).exists():
            told = [asdict(line) for line in lines]
            content = json.dumps({"version": VERSION, "batch": str(batch), "lines": told}, ensure_ascii=False, indent=1)
            RegisterBatch.objects.create(uuid=batch, lines=len(told), content=content, made_at=at)
        return Receipt(reference=f"FILE-{batch.hex[:12].upper()}", accepted=settings.REGISTER_ACCEPTS_AT_ONCE)


def register() -> Register:
    """The configured adapter."""
    return SealedRegister()
