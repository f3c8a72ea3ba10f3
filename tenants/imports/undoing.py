"""A batch is taken back: one transaction, all that it made or nothing."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import translation

from tenants.audit.services import record
from tenants.imports.errors import BATCH_REFUSALS, CannotUndo
from tenants.imports.models import BatchState, ImportBatch, Verdict
from tenants.imports.reading import ATTEMPTS, Clock
from tenants.imports.resource import SheetResource
from tenants.imports.running import WRITTEN


def undo_batch(pk: int, resource_of: Callable[[ImportBatch], SheetResource], *, clock: Clock) -> None:
    """Take back what the batch made. May run twice, and be killed anywhere: then nothing of it has happened.

    Where something is in the way the batch stands as before, with the sentence of `CannotUndo` beside it.
    """
    batch = _claim(pk, clock())
    if batch is None:
        return
    with translation.override(batch.language):
        try:
            with transaction.atomic():
                _take_back(batch, resource_of, clock())
        except CannotUndo as error:
            _refuse(batch, error.message, clock())


def _held(pk: int) -> ImportBatch | None:
    waiting = ImportBatch.objects.select_for_update(no_key=True, of=("self",))
    return waiting.filter(pk=pk, state=BatchState.UNDOING).select_related("institution", "undone_by").first()


@transaction.atomic
def _claim(pk: int, at: datetime) -> ImportBatch | None:
    """The batch; None when it is not to be taken back, or has cost several workers their lives."""
    found = _held(pk)
    if found is None:
        return None
    found.attempts, found.changed_at = found.attempts + 1, at
    found.save(update_fields=["attempts", "changed_at"])
    if found.attempts > ATTEMPTS:
        with translation.override(found.language):
            _stand(found, str(BATCH_REFUSALS["undo_killed"]), at)
        return None
    return found


def _take_back(batch: ImportBatch, resource_of: Callable[[ImportBatch], SheetResource], at: datetime) -> None:
    found = _held(batch.pk)
    if found is None or found.undone_by is None:  # another worker was quicker
        return
    rows = list(found.rows.filter(settled=True, verdict__in=WRITTEN).order_by("number"))
    resource_of(found).undo(rows, by=found.undone_by, at=at)
    found.state, found.undone_at, found.changed_at = BatchState.UNDONE, at, at
    found.save()
    record(
        "import.undone", actor=found.undone_by, subject=found, institution=found.institution, at=at, kind=found.kind,
        sha256=found.file_hash, new=sum(row.verdict == Verdict.NEW for row in rows),
        changed=sum(row.verdict == Verdict.CHANGED for row in rows),
    )  # fmt: skip


@transaction.atomic
def _refuse(batch: ImportBatch, words: str, at: datetime) -> None:
    if (found := _held(batch.pk)) is not None:
        _stand(found, words, at)


def _stand(batch: ImportBatch, words: str, at: datetime) -> None:
    """It is again what it was before somebody asked."""
    was_stopped = BatchState.STOPPED if batch.stop_asked_at else BatchState.DONE
    batch.state = BatchState.FAILED if batch.refusal else was_stopped
    batch.undo_refusal_words, batch.undone_by, batch.changed_at = words[:300], None, at
    batch.save()
