"""What a clerk does with a sheet: hand it in, confirm it, stop it, go on, take it back."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from tenants import vault
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.imports.errors import BadSheet, CannotImport
from tenants.imports.guard import kind_of
from tenants.imports.limits import Refused
from tenants.imports.models import BatchState, ImportBatch
from tenants.imports.rowfile import FOLDER
from tenants.imports.running import WRITTEN
from tenants.models import Institution

STRANDED = timedelta(minutes=4)  # longer than the longest step without a sign of life, which is reading a sheet
IN_WORK = (BatchState.READING, BatchState.RUNNING, BatchState.UNDOING)
WITH_EFFECT = (BatchState.RUNNING, BatchState.STOPPED, BatchState.DONE, BatchState.UNDOING)


def begin(
    *, kind: str, file_name: str, data: bytes, options: Mapping[str, Any], again: bool = False,
    institution: Institution, by: User, at: datetime,
) -> ImportBatch:  # fmt: skip
    """Take a sheet in; a worker reads it next. Nothing is parsed here beyond its first bytes.

    `again`: also if the same bytes were imported before. Raises `BadSheet`, `CannotImport` with `same_file`.
    """
    try:
        kind_of(file_name, data)
    except Refused as refused:
        raise BadSheet.because(refused.key) from None
    digest = hashlib.sha256(data).hexdigest()
    same = ImportBatch.objects.filter(institution=institution, kind=kind, file_hash=digest, state__in=WITH_EFFECT)
    if not again and same.exists():
        raise CannotImport("same_file")
    batch = ImportBatch(
        institution=institution, kind=kind, file_name=PurePath(file_name.replace("\\", "/")).name[-120:],
        file_size=len(data), file_hash=digest, options=dict(options), language=translation.get_language() or "zh-hans",
        created_by=by, created_at=at, changed_at=at,
    )  # fmt: skip
    with transaction.atomic():
        batch.file = vault.put(batch, "file", data, folder=FOLDER)
        batch.save(force_insert=True)
    return batch


def _held(batch: ImportBatch, *states: BatchState) -> ImportBatch:
    found = ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    if found.state not in states:
        raise CannotImport("state")
    return found


@transaction.atomic
def confirm(batch: ImportBatch, options: Mapping[str, Any], *, by: User, at: datetime) -> ImportBatch:
    """The clerk has looked at the preview: the good rows are to be written. `options` are added to those of the sheet.

    Raises `CannotImport` with `state` or `nothing`.
    """
    found = _held(batch, BatchState.READY)
    if not found.rows.filter(verdict__in=WRITTEN).exists():
        raise CannotImport("nothing")
    found.options = {**found.options, **options}
    found.confirmed_by, found.confirmed_at = by, at
    # Rows that change nothing are settled as they stand; the run counts the others.
    found.rows.exclude(verdict__in=WRITTEN).update(settled=True)
    found.settled = found.rows.filter(settled=True).count()
    return _run(found, at)


@transaction.atomic
def go_on(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """A run that was stopped, or given up, goes on with the rows that were left. Raises `CannotImport`."""
    found = _held(batch, BatchState.STOPPED, BatchState.FAILED)
    if found.confirmed_at is None or not found.rows_file:
        raise CannotImport("state")
    found.stop_asked_at, found.refusal, found.refusal_words = None, "", ""
    record("import.resumed", actor=by, subject=found, institution=found.institution, at=at)
    return _run(found, at)


def _run(batch: ImportBatch, at: datetime) -> ImportBatch:
    batch.state, batch.attempts, batch.changed_at, batch.finished_at = BatchState.RUNNING, 0, at, None
    batch.save()
    return batch


@transaction.atomic
def stop(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """A sheet that was not confirmed is dropped; a run ends after the portion it is at. Raises `CannotImport`."""
    found = _held(batch, BatchState.READING, BatchState.READY, BatchState.RUNNING)
    if found.state == BatchState.RUNNING:
        found.stop_asked_at = found.stop_asked_at or at
        found.save(update_fields=["stop_asked_at"])
        return found
    found.state, found.finished_at, found.changed_at = BatchState.DROPPED, at, at
    _forget(found)
    record("import.dropped", actor=by, subject=found, institution=found.institution, at=at, sha256=found.file_hash)
    return found


def _forget(batch: ImportBatch) -> None:
    """The sheet goes; what is known of it by figures stays."""
    for field in batch.sealed_files:
        vault.discard(batch, field)
        setattr(batch, field, "")
    batch.rows.all().delete()
    batch.save()


@transaction.atomic
def undo(batch: ImportBatch, *, by: User, at: datetime) -> ImportBatch:
    """All that the batch made is to be taken back (`tenants.imports.undoing`). Raises `CannotImport`."""
    found = _held(batch, BatchState.DONE, BatchState.STOPPED, BatchState.FAILED)
    if found.confirmed_at is None or not found.rows_file:
        raise CannotImport("gone" if found.confirmed_at else "state")
    found.state, found.attempts, found.changed_at = BatchState.UNDOING, 0, at
    found.undone_by, found.undo_refusal_words = by, ""
    found.save()
    return found


def stranded(at: datetime) -> QuerySet[ImportBatch]:
    """Batches whose worker has died or whose message was lost."""
    waiting = ImportBatch.objects.filter(state__in=IN_WORK, changed_at__lt=at - STRANDED)
    return waiting.select_related("institution").order_by("pk")


def due_sheets(*, at: datetime, days: int) -> QuerySet[ImportBatch]:
    """Batches whose sheet was kept long enough."""
    old = ImportBatch.objects.filter(changed_at__lt=at - timedelta(days=days)).exclude(state__in=IN_WORK)
    return old.exclude(file="", rows_file="")


def forget_sheets(*, at: datetime, days: int) -> int:
    """Delete the sheets of what was imported, refused or left lying `days` ago; how many. Who handed in what and what
    came of it stays; from then on it cannot be undone."""
    done = 0
    for due in due_sheets(at=at, days=days):
        with transaction.atomic():
            found = ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=due.pk)
            if found.state == BatchState.READY:
                found.state, found.finished_at = BatchState.DROPPED, at
            _forget(found)
            record(
                "import.forgotten", actor=None, subject=found, institution=found.institution, at=at,
                sha256=found.file_hash,
            )  # fmt: skip
            done += 1
    return done
