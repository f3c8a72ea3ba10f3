"""The register of appraisals: entered, changed and made void by the association, never deleted."""

from dataclasses import asdict, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from certs.appraisals import (
    REASON_MAX,
    REASON_MIN,
    AppraisalFacts,
    CannotAppraise,
    checked,
    facts_of,
    lookup_of,
)
from certs.models import AppraisalRecord
from tenants.accounts.models import User, number_index
from tenants.audit.services import record
from tenants.masking import redacted


@transaction.atomic
def add_appraisal(facts: AppraisalFacts, *, by: User | None, at: datetime) -> AppraisalRecord:
    """Enter one record. Raises `CannotAppraise`, `BadName`, `BadIdNumber`."""
    row = _write(AppraisalRecord(entered_at=at), checked(facts, at=at))
    record("appraisal.added", actor=by, subject=row, at=at)
    return row


@transaction.atomic
def change_appraisal(
    row: AppraisalRecord, facts: AppraisalFacts, *, reason: str, by: User, at: datetime
) -> AppraisalRecord:
    """Correct a record; without an ID number the stored one stays. The audit row names the fields, not their contents.

    Raises as `add_appraisal`.
    """
    why = _reason(reason)
    found = _held(row)
    stored = facts_of(found)
    clean = checked(replace(facts, id_number=facts.id_number or stored.id_number), at=at)
    was = asdict(stored)
    changed = sorted(name for name, value in asdict(clean).items() if was[name] != value)
    if not changed:
        raise CannotAppraise("unchanged")
    _write(found, clean)
    record("appraisal.changed", actor=by, subject=found, at=at, fields=changed, reason=why)
    return found


@transaction.atomic
def void_appraisal(row: AppraisalRecord, *, reason: str, by: User, at: datetime) -> AppraisalRecord:
    """The record was wrong as a whole: it stays, and everybody who asks for it is told that it is void."""
    why = _reason(reason)
    found = _held(row)
    found.voided_at = at
    found.save(update_fields=["voided_at"])
    record("appraisal.voided", actor=by, subject=found, at=at, reason=why)
    return found


def _held(row: AppraisalRecord) -> AppraisalRecord:
    """The row as it is now, until the transaction ends."""
    found = AppraisalRecord.objects.select_for_update(no_key=True).get(pk=row.pk)
    if found.is_void:
        raise CannotAppraise("void")
    return found


def _reason(text: str) -> str:
    words = redacted(text.strip())[:REASON_MAX]
    if len(words) < REASON_MIN:
        raise CannotAppraise("no_reason")
    return words


def _write(row: AppraisalRecord, facts: AppraisalFacts) -> AppraisalRecord:
    for name in ("number", "occupation", "level", "site", "region", "appraised_on", "result"):
        setattr(row, name, getattr(facts, name))
    row.holder_name = facts.name
    row.holder_id_number = facts.id_number
    row.holder_id_index = number_index(facts.id_number)
    row.lookup = lookup_of(facts.number, facts.name)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CannotAppraise("number_taken") from error
    return row
