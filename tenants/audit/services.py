"""Write the audit trail; chain it; walk the chain."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, models, transaction

from tenants.audit.models import Entry, Seal
from tenants.models import Institution

GENESIS = "0" * 64
SEALER_LOCK = 7_140_001  # an arbitrary advisory lock of ours: one sealer at a time
RECENT = 100_000  # ids; the sealer of each minute looks no further back, that of each hour does
SEAL_LATE = timedelta(minutes=10)  # an entry that waits longer means that the sealer is not running


def record(
    action: str,
    *,
    actor: Any,
    subject: models.Model | None = None,
    institution: Institution | None = None,
    at: datetime,
    **data: Any,
) -> Entry:
    """Append one entry, in the caller's transaction. `action` is `noun.verb`; `data` holds no personal data."""
    context = structlog.contextvars.get_contextvars()
    return Entry.objects.create(
        at=at,
        action=action,
        actor=actor if getattr(actor, "pk", None) else None,
        institution=institution,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(getattr(subject, "uuid", "") or subject.pk) if subject is not None else "",
        request_id=str(context.get("request_id", ""))[:40],
        data=data,
    )


def fingerprint(entry: Entry, previous: str) -> str:
    """SHA-256 over the previous hash and every stored field of the entry."""
    fields = [
        previous,
        str(entry.uuid),
        entry.at.isoformat(),
        entry.action,
        entry.actor_id,
        entry.institution_id,
        entry.subject_type,
        entry.subject_id,
        entry.request_id,
        entry.data,
    ]
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def seal_entries(*, at: datetime, limit: int = 5000, recent: bool = False) -> int:
    """Chain the committed entries that have no seal yet; returns how many. One sealer runs at a time.

    The chain follows the order in which the sealer meets entries, not their ids: an entry that commits late, with a
    smaller id, is chained by a later run. `recent` looks at the last ids only, which is quick on a long trail.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        previous = Seal.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
        waiting = Entry.objects.filter(seal=None)
        if recent:
            last = Entry.objects.aggregate(last=models.Max("id"))["last"] or 0
            waiting = waiting.filter(id__gt=last - RECENT)
        seals = []
        for entry in waiting.order_by("id")[:limit]:
            previous_hash, previous = previous, fingerprint(entry, previous)
            seals.append(Seal(entry=entry, previous_hash=previous_hash, hash=previous, sealed_at=at))
        Seal.objects.bulk_create(seals)
        return len(seals)


def first_broken_seal() -> Seal | None:
    """Walk the chain; the first seal whose entry or link does not match, or None when all is well."""
    return next((seal for seal, holds in _walk() if not holds), None)


def _walk() -> Iterator[tuple[Seal, bool]]:
    previous = GENESIS
    for seal in Seal.objects.select_related("entry").order_by("id").iterator():
        yield seal, seal.previous_hash == previous and seal.hash == fingerprint(seal.entry, previous)
        previous = seal.hash


@dataclass(frozen=True)
class Verdict:
    """What a walk over the whole chain found. `lost_heads` are exported heads that the chain no longer holds."""

    sealed: int
    broken: Seal | None
    head: Seal | None
    unsealed: int
    late: int
    lost_heads: list[str]

    @property
    def holds(self) -> bool:
        return self.broken is None and not self.late and not self.lost_heads


def verify(*, at: datetime, heads: list[str]) -> Verdict:
    """Check every link, and that each exported head (`number hash`) is where it was: a chain cut at its end has links
    that hold, but not its heads.
    """
    wanted = {digest: number for number, digest in (head.split(" ", 1) for head in heads)}
    sealed, broken, last = 0, None, None
    for seal, holds in _walk():
        sealed, last = sealed + 1, seal
        broken = broken or (None if holds else seal)
        if wanted.get(seal.hash) == str(seal.pk):
            del wanted[seal.hash]
    waiting = Entry.objects.filter(seal=None)
    return Verdict(
        sealed=sealed,
        broken=broken,
        head=last,
        unsealed=waiting.count(),
        late=waiting.filter(at__lt=at - SEAL_LATE).count(),
        lost_heads=[f"{number} {digest}" for digest, number in wanted.items()],
    )
