"""The run: the good rows of a confirmed batch are written, portion by portion.

A portion is one transaction that holds the batch: what a killed worker had not committed is done by the next, what it
had is not done again. A row is judged once more before it is written, by the world as it is then.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.imports.errors import CannotImport
from tenants.imports.models import BatchState, ImportBatch, ImportRow, Verdict
from tenants.imports.reading import PORTION, Clock, claim
from tenants.imports.resource import Draft, SheetResource
from tenants.imports.rowfile import sheet_of

WRITTEN = (Verdict.NEW, Verdict.CHANGED)


def run_batch(pk: int, resource_of: Callable[[ImportBatch], SheetResource], *, clock: Clock) -> None:
    """Write what the clerk has confirmed, until it is done or stopped. May run twice, and be killed anywhere."""
    batch = claim(pk, BatchState.RUNNING, clock())
    if batch is None:
        return
    with translation.override(batch.language):
        resource = resource_of(batch)
        resource.prepare(at=clock())
        try:
            sheet = sheet_of(batch)
        except FileNotFoundError:
            _give_up(batch, CannotImport("gone"), clock())
            return
        rows = {row.number: row for row in sheet.body()}
        try:
            while _portion(batch, resource, lambda number: sheet.headings.cells(rows[number]), clock):
                pass
        except DomainError as error:  # of the whole sheet, as when the institution is suspended meanwhile
            _give_up(batch, error, clock())


def _portion(batch: ImportBatch, resource: SheetResource, cells: Callable[[int], Any], clock: Clock) -> bool:
    """One portion, or the end; whether more is to be done."""
    with transaction.atomic():
        found = _held(batch)
        at = clock()
        if found.state != BatchState.RUNNING:
            return False
        rows = [] if found.stop_asked_at else list(_waiting(found)[:PORTION])
        if not rows:
            _end(found, BatchState.STOPPED if found.stop_asked_at else BatchState.DONE, at)
            return False
        drafts = [resource.draft(row.number, cells(row.number)) for row in rows]
        _settle(resource, drafts, by=found.confirmed_by, at=at)
        _note(found, rows, drafts)
        found.settled, found.changed_at, found.attempts = found.settled + len(rows), at, 1
        found.save(update_fields=["settled", "changed_at", "attempts"])
    return True


def _held(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)


def _waiting(batch: ImportBatch) -> Any:
    return batch.rows.filter(settled=False, verdict__in=WRITTEN).order_by("number")


def _settle(resource: SheetResource, drafts: list[Draft], *, by: Any, at: datetime) -> None:
    """All in one go; where somebody else was quicker, one by one, so that it costs only the rows it concerns."""
    resource.lock([draft for draft in drafts if not draft.problems])
    try:
        with transaction.atomic():
            _judge_and_write(resource, drafts, by=by, at=at)
    except IntegrityError:
        for draft in drafts:
            draft.made, draft.before = {}, None
            try:
                with transaction.atomic():
                    _judge_and_write(resource, [draft], by=by, at=at)
            except IntegrityError:
                draft.refuse("", _("Somebody else has just changed the same. Hand this row in again."))


def _judge_and_write(resource: SheetResource, drafts: Sequence[Draft], *, by: Any, at: datetime) -> None:
    resource.look(at=at, hold=True)
    resource.judge([draft for draft in drafts if not draft.problems], at=at)
    resource.write([draft for draft in drafts if draft.verdict in WRITTEN], by=by, at=at)


def _note(batch: ImportBatch, rows: Sequence[ImportRow], drafts: Sequence[Draft]) -> None:
    """What became of each row, in one statement; the few with something to restore one by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_importrow r SET settled = true, verdict = v.verdict, problems = v.problems, made = v.made"
            " FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[]) v (id, verdict, problems, made)"
            " WHERE r.id = v.id",
            [
                [row.pk for row in rows],
                [str(draft.verdict) for draft in drafts],
                [json.dumps(draft.problems) for draft in drafts],
                [json.dumps(draft.made) for draft in drafts],
            ],
        )
    for row, draft in zip(rows, drafts):
        if draft.before is not None:
            row.before = draft.before
            row.save(update_fields=["before"])


@transaction.atomic
def _give_up(batch: ImportBatch, error: DomainError, at: datetime) -> None:
    found = _held(batch)
    if found.state == BatchState.RUNNING:
        _end(found, BatchState.FAILED, at, error)


def _end(batch: ImportBatch, state: BatchState, at: datetime, refusal: DomainError | None = None) -> None:
    """One row in the trail for the whole sheet, known by its hash."""
    told = dict(batch.rows.order_by().values_list("verdict").annotate(Count("pk")))
    written = dict(batch.rows.order_by().filter(settled=True).values_list("verdict").annotate(Count("pk")))
    for verdict in Verdict.values:
        setattr(batch, verdict, told.get(verdict, 0))
    batch.state, batch.finished_at, batch.changed_at = state, at, at
    if refusal is not None:
        batch.refusal, batch.refusal_words = refusal.code[:40], refusal.message[:300]
    batch.save()
    record(
        f"import.{state.value}", actor=batch.confirmed_by, subject=batch, institution=batch.institution, at=at,
        kind=batch.kind, sha256=batch.file_hash, rows=batch.total, new=written.get(Verdict.NEW, 0),
        changed=written.get(Verdict.CHANGED, 0), refused=batch.refused,
    )  # fmt: skip
