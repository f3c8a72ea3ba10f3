"""The worker's side: make the file of a job, once.

May run twice, and be killed anywhere: until the last transaction nothing names the file, after it nothing is left to
do.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from django.db import connection, transaction
from django.utils import translation

from tenants import vault
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.exports.errors import Broken
from tenants.exports.models import ExportJob, JobState
from tenants.exports.services import FOLDER

TRIES = 3
LOCK = 7_140_002  # the class of our advisory locks; the second number is the job
Clock = Callable[[], datetime]
Say = Callable[[int], None]  # how many rows (or parts) are made
Make = Callable[[ExportJob, IO[bytes], Say], int]


class Cancelled(Exception):
    """Somebody has given the job up while it was made."""


def waiting_jobs() -> list[ExportJob]:
    """What no worker has finished, the oldest first. In `province_scope()`."""
    running = ExportJob.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    return list(running.select_related("institution").order_by("pk"))


def run(pk: int, *, make: Make, clock: Clock) -> bool:
    """Make the file of a waiting job with `make` (job, file to write, say) -> rows. False when there is nothing to do:
    it has ended, or another worker is at it. What `make` raises as a DomainError ends the job with that code."""
    with only_worker(pk) as mine:
        job = _claim(pk, clock()) if mine else None
        if job is None:
            return False
        try:
            with TemporaryFile() as out, translation.override(job.language):
                rows = make(job, out, lambda done: _say(job, done))
                out.seek(0)
                _finish(job, out.read(), rows, at=clock())
        except Cancelled:
            return False
        except DomainError as error:
            _fail(job, error.code, at=clock())
    return True


@contextmanager
def only_worker(pk: int) -> Iterator[bool]:
    """Whether this connection alone makes the job; PostgreSQL lets go of a killed one's hold by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, pk % 2**31])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, pk % 2**31])


@transaction.atomic
def _claim(pk: int, at: datetime) -> ExportJob | None:
    """Take it; a job that has cost several workers their lives is not taken again."""
    rows = ExportJob.objects.select_for_update(of=("self",)).select_related("institution", "by")
    job = rows.filter(pk=pk, state__in=[JobState.QUEUED, JobState.RUNNING]).first()
    if job is None:
        return None
    if job.tries >= TRIES:
        _fail(job, Broken.code, at=at)
        return None
    job.state, job.tries, job.done = JobState.RUNNING, job.tries + 1, 0
    job.save(update_fields=["state", "tries", "done"])
    return job


def _say(job: ExportJob, done: int) -> None:
    if not ExportJob.objects.filter(pk=job.pk, state=JobState.RUNNING).update(done=done):
        raise Cancelled


@transaction.atomic
def _finish(job: ExportJob, data: bytes, rows: int, *, at: datetime) -> None:
    found = ExportJob.objects.select_for_update(of=("self",)).select_related("institution").get(pk=job.pk)
    if found.state != JobState.RUNNING:
        raise Cancelled
    found.file = vault.put(found, "file", data, folder=FOLDER)
    found.size, found.sha256 = len(data), hashlib.sha256(data).hexdigest()
    found.state, found.done, found.ended_at = JobState.DONE, rows, at
    found.save(update_fields=["file", "size", "sha256", "state", "done", "ended_at"])
    record(
        "export.made", actor=None, subject=found, institution=found.institution, at=at,
        list=found.what, rows=rows, size=found.size, sha256=found.sha256,
    )  # fmt: skip


@transaction.atomic
def _fail(job: ExportJob, code: str, *, at: datetime) -> None:
    running = ExportJob.objects.filter(pk=job.pk, state__in=[JobState.QUEUED, JobState.RUNNING])
    if running.update(state=JobState.FAILED, error=code, ended_at=at):
        record("export.failed", actor=None, subject=job, institution=job.institution, at=at, list=job.what, code=code)
