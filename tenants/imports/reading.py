"""The dry run: a sheet read, each row judged, nothing changed but the batch itself. May run twice, and be killed."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils import translation

from tenants import vault
from tenants.audit.services import record
from tenants.imports.errors import BATCH_REFUSALS, BadSheet
from tenants.imports.headings import find_headings
from tenants.imports.models import BatchState, ImportBatch, ImportRow, Verdict
from tenants.imports.reader import Row, read_rows
from tenants.imports.resource import Draft, SheetResource
from tenants.imports.rowfile import Sheet, keep
from tenants.imports.template import is_example

PORTION = 500  # rows judged, or written, together
ATTEMPTS = 3
Clock = Callable[[], datetime]
Item = TypeVar("Item")


def portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """What is done together, in turn."""
    for start in range(0, len(items), PORTION):
        yield items[start : start + PORTION]


def read_batch(pk: int, resource_of: Callable[[ImportBatch], SheetResource], *, clock: Clock) -> None:
    """Read the sheet of a batch that waits for it, and put its rows to the clerk. Nothing happens when that is done.

    `clock` gives the time of each step: twenty thousand rows take a while.
    """
    batch = claim(pk, BatchState.READING, clock())
    if batch is None:
        return
    with translation.override(batch.language):
        try:
            sheet, drafts = _judged(batch, resource_of(batch), clock)
        except BadSheet as error:
            _refuse(batch, error, clock())
            return
        _enter(batch, sheet, drafts, clock())


@transaction.atomic
def claim(pk: int, state: BatchState, at: datetime) -> ImportBatch | None:
    """Take up a batch; one that has cost several workers their lives is given up."""
    found = ImportBatch.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk, state=state).first()
    if found is None:
        return None
    found.attempts, found.changed_at = found.attempts + 1, at
    if found.attempts > ATTEMPTS:
        found.state, found.refusal = BatchState.FAILED, "import.killed"
        found.refusal_words, found.finished_at = str(BATCH_REFUSALS["killed"]), at
        record("import.failed", actor=None, subject=found, institution=found.institution, at=at, sha256=found.file_hash)
    found.save()
    return found if found.state == state else None


def _judged(batch: ImportBatch, resource: SheetResource, clock: Clock) -> tuple[Sheet, list[Draft]]:
    """Portion by portion: of each row only the verdict is kept, or twenty thousand people would lie here."""
    rows = read_rows(batch.file_name, vault.get(batch, "file"))
    columns = resource.columns()
    sheet = Sheet(find_headings(rows, columns), rows)
    body = [row for row in sheet.body() if not is_example(sheet.headings, row, columns)]
    if not body:
        raise BadSheet.because("no_rows")
    resource.look(at=clock(), hold=False)
    drafts: list[Draft] = []
    seen: dict[Hashable, int] = {}
    for portion in portions(body):
        fresh, at = [_draft(resource, sheet, row, seen) for row in portion], clock()
        resource.judge([draft for draft in fresh if not draft.problems], at=at)
        for draft in fresh:
            draft.found = draft.values = None
        drafts += fresh
        ImportBatch.objects.filter(pk=batch.pk).update(total=len(body), settled=len(drafts), changed_at=at)
    return sheet, drafts


def _draft(resource: SheetResource, sheet: Sheet, row: Row, seen: dict[Hashable, int]) -> Draft:
    """The row as it is read; refused where the same has stood in an earlier one."""
    draft = resource.draft(row.number, sheet.headings.cells(row))
    key = None if draft.problems else resource.key_of(draft)
    if key is not None and seen.setdefault(key, row.number) != row.number:
        draft.refuse("", resource.twice(seen[key]))
    return draft


@transaction.atomic
def _enter(batch: ImportBatch, sheet: Sheet, drafts: list[Draft], at: datetime) -> None:
    """All rows with their verdicts, or none."""
    found = ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    if found.state != BatchState.READING:  # given up, or another worker was quicker
        return
    found.rows.all().delete()
    for portion in portions(drafts):
        ImportRow.objects.bulk_create(
            [ImportRow(batch=found, number=d.number, verdict=d.verdict, problems=d.problems) for d in portion]
        )
    count(found, [draft.verdict for draft in drafts])
    found.state, found.total, found.settled, found.attempts = BatchState.READY, len(drafts), 0, 0
    found.unknown_columns, found.changed_at = list(sheet.headings.unknown)[:20], at
    found.rows_file = keep(found, sheet)
    vault.discard(found, "file")
    found.file = ""
    found.save()


def count(batch: ImportBatch, verdicts: Sequence[str]) -> None:
    for verdict in Verdict.values:
        setattr(batch, verdict, verdicts.count(verdict))


@transaction.atomic
def _refuse(batch: ImportBatch, error: BadSheet, at: datetime) -> None:
    found = ImportBatch.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    if found.state != BatchState.READING:
        return
    vault.discard(found, "file")
    found.state, found.file, found.finished_at, found.changed_at = BatchState.REFUSED, "", at, at
    found.refusal, found.refusal_words = error.code, error.message[:300]
    found.save()
    record(
        "import.refused", actor=None, subject=found, institution=found.institution, at=at,
        sha256=found.file_hash, code=error.code,
    )  # fmt: skip
