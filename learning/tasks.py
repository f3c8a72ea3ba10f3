"""Background work of study."""

from django.utils.timezone import now

from learning import services
from tenants.tasks import tenant_task


@tenant_task
def settle_study() -> None:
    """By beat, from the public schema: completions that a dead process left behind, sittings without a sign of life."""
    services.complete_finished_enrolments(at=now())
    services.end_idle_sessions(at=now())
