"""A job in words, for its page and the list of files."""

from typing import Any

from django.utils.translation import gettext as _

from cms.archive.services import WHAT as ARCHIVE
from cms.exporting.lists import lists_at
from tenants.exports.errors import FAILURES
from tenants.exports.models import ExportJob, JobState

TONES = {
    JobState.QUEUED: "wait", JobState.RUNNING: "chg", JobState.DONE: "done", JobState.FAILED: "fail",
    JobState.CANCELLED: "off",
}  # fmt: skip


def describe(job: ExportJob) -> Any:
    """The same row with `title`, `tone` and `why` (of a failure)."""
    row: Any = job
    export = lists_at(job.institution).get(job.what)
    row.title = str(export.title) if export else _("Archive") if job.what == ARCHIVE else _("File")
    row.tone = TONES[JobState(job.state)]
    row.why = str(FAILURES.get(job.error, FAILURES["export.broken"])) if job.error else ""
    return row
