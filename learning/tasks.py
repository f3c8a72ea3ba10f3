"""Background work of study."""

import structlog
from django.utils.timezone import now

from learning import services
from learning.recount import recount
from tenants.tasks import tenant_task

log = structlog.get_logger(__name__)


@tenant_task
def settle_study() -> None:
    """By beat, from the public schema: completions that a dead process left behind, sittings without a sign of life."""
    services.complete_finished_enrolments(at=now())
    services.end_idle_sessions(at=now())


@tenant_task
def recount_study() -> None:
    """Nightly by beat: proves that all study adds up, and raises the alarm in the log when it does not."""
    told = recount(at=now())
    if not told.holds:
        log.error("study.recount_differs", counts=told.counts, first=[str(one) for one in told.first])


@tenant_task(time_limit=8 * 3600)
def encode_upload(upload_id: int) -> None:
    """Convert an uploaded video: minutes to hours, in a queue of its own (`media`)."""
    services.encode_upload(upload_id, clock=now)


@tenant_task
def settle_uploads() -> None:
    """By beat: uploads whose worker died go on, what nobody goes on with is deleted."""
    services.requeue_stranded(at=now())
    services.sweep_uploads(at=now())
