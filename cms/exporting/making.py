"""What a worker does for a job: the list's table, or the archive of an enrolment."""

import json
from collections.abc import Iterator
from typing import IO, Any

from django.http import Http404

from cms.archive.bundle import make_archive
from cms.archive.services import WHAT as ARCHIVE
from cms.exporting.lists import lists_at
from tenants.exports.errors import NotReady
from tenants.exports.files import write_table
from tenants.exports.jobs import Say
from tenants.exports.lists import CHUNK, Asked, table_of
from tenants.exports.models import ExportJob


def make(job: ExportJob, out: IO[bytes], say: Say) -> int:
    """Write the file of `job` into `out`; returns how many rows it holds. In the scope of its institution."""
    return make_archive(job, out, say) if job.what == ARCHIVE else make_table(job, out, say)


def make_table(job: ExportJob, out: IO[bytes], say: Say) -> int:
    """The rows are read as the list reads them now; `job.created_at` decides what "today" means in it."""
    export = lists_at(job.institution).get(job.what)
    if export is None:
        raise NotReady  # a list that a newer version no longer has
    columns = export.chosen(job.columns)
    asked = Asked(json.loads(job.asked), job.institution, job.created_at)
    try:
        rows = export.rows(asked)
    except Http404 as error:  # what the list was of has been deleted since
        raise NotReady from error
    table = counted(table_of(export, columns, asked, rows, full=job.full), say)
    return write_table(out, job.format, [str(column.title) for column in columns], table)


def counted(rows: Iterator[Any], say: Say) -> Iterator[Any]:
    """The same rows; `say` hears of every some hundred."""
    for number, row in enumerate(rows, start=1):
        yield row
        if number % CHUNK == 0:
            say(number)
