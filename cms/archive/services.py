"""Look at an archive, and have it made into a file: both are written down."""

from datetime import datetime
from typing import Any

from django.db import transaction

from learning.models import Enrolment
from tenants.audit.services import record
from tenants.exports.models import ExportJob, Format
from tenants.exports.services import count_full, new_job, require_right
from tenants.models import Institution

WHAT = "archive"
STEPS = 4  # gathered, tables, certificates, the index


def note_read(enrolment: Enrolment, *, by: Any, at: datetime) -> None:
    """Somebody opens the archive of somebody else on the screen."""
    record("archive.read", actor=by, subject=enrolment, institution=enrolment.institution, at=at)


@transaction.atomic
def ask_archive(
    enrolment: Enrolment, *, full: bool, reason: str, by: Any, institution: Institution, at: datetime
) -> ExportJob:  # fmt: skip
    """A job for the ZIP. `institution` is where `by` works. Raises `MayNotReveal`, `NeedsReason`, `TooManyFull`,
    `TooManyWaiting`."""
    kept = require_right(full=full, reason=reason, by=by, institution=institution, at=at)
    if full:
        count_full(by, at=at)
    job = new_job(
        WHAT, {"enrolment": str(enrolment.uuid)}, format=Format.ZIP, full=full, total=STEPS, by=by,
        institution=institution, at=at,
    )  # fmt: skip
    record(
        "archive.asked", actor=by, subject=enrolment, institution=enrolment.institution, at=at, full=full,
        **({"reason": kept} if kept else {}),
    )  # fmt: skip
    return job
