"""Take a list away: at once, or by a worker. Who may, how often, and what stays written about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants import vault
from tenants.accounts.models import User
from tenants.accounts.reveal import REASON_MAX, MayNotReveal, NeedsReason, may_reveal, midnight
from tenants.audit.models import Entry
from tenants.audit.services import record
from tenants.exports.errors import NoColumns, NotReady, TooManyFull, TooManyRows, TooManyWaiting
from tenants.exports.files import write_table
from tenants.exports.lists import Asked, Column, ListExport, table_of
from tenants.exports.models import ExportJob, Format, JobState
from tenants.exports.rules import ExportRules
from tenants.masking import redacted
from tenants.models import Institution
from tenants.rulesets.rules import PrivacyRules
from tenants.rulesets.services import rules_for

FOLDER = "lists"
IN_MEMORY = 1024 * 1024
FULL_ACTIONS = ("list.exported", "audit.exported", "archive.asked")


@dataclass(frozen=True)
class Wish:
    """What somebody wants: of a list, these columns, in this format; `full` numbers for a `reason`."""

    export: ListExport
    columns: list[Column]
    format: str
    full: bool = False
    reason: str = ""


def require_right(*, full: bool, reason: str, by: Any, institution: Institution, at: datetime) -> str:
    """The reason as it is kept. Raises `MayNotReveal` and `NeedsReason` for full numbers without right or reason."""
    if not full:
        return ""
    if not may_reveal(by, institution):
        raise MayNotReveal
    reason, least = " ".join(reason.split()), rules_for(PrivacyRules, at=at).reveal_reason_min
    if len(reason) < least:
        raise NeedsReason(_("Say why, in at least %(number)s characters.") % {"number": least})
    return redacted(reason[:REASON_MAX])


def write_now(wish: Wish, asked: Asked, rows: Any, *, by: Any) -> IO[bytes]:
    """The finished file, rewound. The audit row is committed before the caller can send a byte of it.

    Raises `NoColumns`, `MayNotReveal`, `NeedsReason`, `TooManyFull`.
    """
    reason = _allowed(wish, asked, by)
    out: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    header = [str(column.title) for column in wish.columns]
    written = write_table(out, wish.format, header, table_of(wish.export, wish.columns, asked, rows, full=wish.full))
    with transaction.atomic(durable=True):
        _note(wish, asked, written, reason, by=by)
    out.seek(0)
    return out


def queue(wish: Wish, asked: Asked, total: int, *, by: Any) -> ExportJob:
    """A job for a worker, and the audit row, in one transaction. Raises what `write_now` raises, `TooManyRows`,
    `TooManyWaiting`."""
    reason, rules = _allowed(wish, asked, by), rules_for(ExportRules, at=asked.at)
    if total > rules.most_rows:
        raise TooManyRows
    with transaction.atomic():
        job = new_job(
            wish.export.name, asked.words, format=wish.format, full=wish.full, total=total, by=by,
            institution=asked.institution, at=asked.at, columns=[column.key for column in wish.columns],
        )  # fmt: skip
        _note(wish, asked, total, reason, by=by, subject=job)
    return job


def new_job(
    what: str, asked: Mapping[str, str], *, format: str, full: bool, total: int, by: Any,
    institution: Institution, at: datetime, columns: list[str] | None = None,
) -> ExportJob:  # fmt: skip
    """The row, in the caller's transaction, which has checked the right. Raises `TooManyWaiting`."""
    rules = rules_for(ExportRules, at=at)
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two tabs count one after the other
    waiting = ExportJob.objects.filter(by=by, state__in=[JobState.QUEUED, JobState.RUNNING])
    if waiting.count() >= rules.waiting_most:
        raise TooManyWaiting
    job = ExportJob(
        institution=institution, by=by, what=what, columns=columns or [], format=format, full=full, total=total,
        language=get_language() or "zh-hans", created_at=at, expires_at=at + timedelta(days=rules.kept_days),
    )  # fmt: skip
    job.asked = json.dumps(dict(asked), ensure_ascii=False)
    job.save()
    return job


def _allowed(wish: Wish, asked: Asked, by: Any) -> str:
    """The reason to keep; raises when it must not be."""
    if not wish.columns or wish.format not in (Format.XLSX, Format.CSV):
        raise NoColumns
    return require_right(full=wish.full, reason=wish.reason, by=by, institution=asked.institution, at=asked.at)


def _note(wish: Wish, asked: Asked, rows: int, reason: str, *, by: Any, subject: ExportJob | None = None) -> None:
    """One audit row: which list and columns, how many rows, by which filters, masked or full. Nobody's data."""
    if wish.full:
        count_full(by, at=asked.at)
    record(
        wish.export.action, actor=by, subject=subject, institution=asked.institution, at=asked.at,
        list=wish.export.name, columns=[column.key for column in wish.columns], rows=rows,
        filters=wish.export.audited(asked.words), full=wish.full, format=wish.format,
        **({"reason": reason} if reason else {}),
    )  # fmt: skip


def count_full(by: Any, *, at: datetime) -> None:
    """Raises `TooManyFull` once the day's files with full numbers are used up. In the caller's transaction."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    taken = Entry.objects.filter(action__in=FULL_ACTIONS, actor=by, at__gte=midnight(at), data__full=True)
    if taken.count() >= rules_for(ExportRules, at=at).full_a_day:
        raise TooManyFull


def cancel(job: ExportJob, *, by: Any, at: datetime) -> bool:
    """Stop it; the worker notices within some hundred rows. False when it had already ended."""
    running = ExportJob.objects.filter(pk=job.pk, state__in=[JobState.QUEUED, JobState.RUNNING])
    with transaction.atomic():
        if not running.update(state=JobState.CANCELLED, ended_at=at):
            return False
        record("export.cancelled", actor=by, subject=job, institution=job.institution, at=at, list=job.what)
    return True


def open_file(job: ExportJob, *, by: Any, at: datetime) -> bytes:
    """The file for the one who asked, after its audit row. A file with full numbers needs the right still.

    Raises `NotReady` (404) for anybody else, before it is ready and after it has gone; `MayNotReveal`.
    """
    if by.pk != job.by_id or job.state != JobState.DONE or not job.file or job.expires_at <= at:
        raise NotReady
    if job.full and not may_reveal(by, job.institution):
        raise MayNotReveal
    with transaction.atomic(durable=True):
        record(
            "export.downloaded", actor=by, subject=job, institution=job.institution, at=at, list=job.what,
            full=job.full, size=job.size,
        )  # fmt: skip
        ExportJob.objects.filter(pk=job.pk, downloaded_at=None).update(downloaded_at=at)
    try:
        return vault.get(job, "file")
    except FileNotFoundError as error:
        raise NotReady from error


def due_jobs(*, at: datetime) -> Any:
    """Jobs whose days are over. In `province_scope()`."""
    return ExportJob.objects.filter(expires_at__lte=at)


def drop_expired(*, at: datetime) -> int:
    """Delete files and rows whose days are over, what was asked for included; returns how many. May run twice."""
    dropped = 0
    for pk in list(due_jobs(at=at).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            job = due_jobs(at=at).select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if job is None:
                continue
            vault.discard(job, "file")
            record("export.deleted", actor=None, subject=job, institution=job.institution, at=at, list=job.what)
            job.delete()
            dropped += 1
    return dropped
