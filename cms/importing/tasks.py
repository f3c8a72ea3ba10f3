"""Sheets are read and written by workers: a task an action, in the schema of whoever handed the sheet in."""

from django.utils.timezone import now
from django_tenants.utils import schema_context

from cms.importing.kinds import resource_of
from tenants.imports import batches
from tenants.imports.models import BatchState, ImportBatch
from tenants.imports.reading import read_batch
from tenants.imports.running import run_batch
from tenants.imports.undoing import undo_batch
from tenants.tasks import tenant_task


@tenant_task(time_limit=1800)
def read_sheet(batch_id: int) -> None:
    """The dry run."""
    read_batch(batch_id, resource_of, clock=now)


@tenant_task(time_limit=3600)
def run_sheet(batch_id: int) -> None:
    """The rows that the clerk has confirmed."""
    run_batch(batch_id, resource_of, clock=now)


@tenant_task(time_limit=1800)
def undo_sheet(batch_id: int) -> None:
    """What a sheet has done, taken back."""
    undo_batch(batch_id, resource_of, clock=now)


@tenant_task
def settle_imports() -> None:
    """By beat: what a dead worker or a lost message has left goes on."""
    for batch in batches.stranded(now()):
        send(batch)


def send(batch: ImportBatch) -> None:
    """To a worker, in the schema whose pages and people it is about."""
    tasks = {BatchState.READING: read_sheet, BatchState.RUNNING: run_sheet, BatchState.UNDOING: undo_sheet}
    with schema_context(batch.institution.schema_name):
        tasks[BatchState(batch.state)].delay(batch.pk)
