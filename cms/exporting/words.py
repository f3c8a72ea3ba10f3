"""Jobs in words, for their pages and the list of files."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cms.archive.services import WHAT as ARCHIVE
from cms.exporting.lists import lists_at
from learning.models import Enrolment
from tenants.exports.errors import FAILURES
from tenants.exports.models import ExportJob, JobState

TONES = {
    JobState.QUEUED: "wait", JobState.RUNNING: "chg", JobState.DONE: "done", JobState.FAILED: "fail",
    JobState.CANCELLED: "off",
}  # fmt: skip


def described(jobs: Iterable[ExportJob]) -> list[Any]:
    """The same rows with `title`, `tone`, `is_archive` and `why` (of a failure); one query for the archives' names."""
    rows: list[Any] = list(jobs)
    uuids = {row.pk: json.loads(row.asked)["enrolment"] for row in rows if row.what == ARCHIVE}
    names = _names(set(uuids.values())) if uuids else {}
    for row in rows:
        export = lists_at(row.institution).get(row.what)
        row.is_archive = row.what == ARCHIVE
        row.title = str(export.title) if export else _("File")
        if row.is_archive:
            row.title = _("Archive: %(name)s") % {"name": names.get(uuids[row.pk], "—")}
        row.tone = TONES[JobState(row.state)]
        row.why = str(FAILURES.get(row.error, FAILURES["export.broken"])) if row.error else ""
    return rows


def _names(uuids: set[str]) -> dict[str, str]:
    found = Enrolment.objects.filter(uuid__in=uuids).values_list("uuid", "user__name")
    return {str(uuid): name for uuid, name in found}
