"""Write the audit trail; chain it."""

import hashlib
import json
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, models, transaction

from tenants.audit.models import Entry, Seal
from tenants.models import Institution

GENESIS = "0" * 64
SEALER_LOCK = 7_140_001  # an arbitrary advisory lock of ours: one sealer at a time


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


def seal_entries(*, at: datetime, limit: int = 5000) -> int:
    """Chain the committed entries that have no seal yet; returns how many. One sealer runs at a time."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        previous = Seal.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
        seals = []
        for entry in Entry.objects.filter(seal=None).order_by("id")[:limit]:
            previous_hash, previous = previous, fingerprint(entry, previous)
            seals.append(Seal(entry=entry, previous_hash=previous_hash, hash=previous, sealed_at=at))
        Seal.objects.bulk_create(seals)
        return len(seals)


def first_broken_seal() -> Seal | None:
    """Walk the chain; the first seal whose entry or link does not match, or None when all is well."""
    previous = GENESIS
    for seal in Seal.objects.select_related("entry").order_by("id").iterator():
        if seal.previous_hash != previous or seal.hash != fingerprint(seal.entry, previous):
            return seal
        previous = seal.hash
    return None
