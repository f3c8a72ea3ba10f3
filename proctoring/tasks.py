"""Background work; the schedule is in the settings."""

from django.utils.timezone import now

from proctoring import attesting, erasure
from tenants.tasks import tenant_task


@tenant_task
def erase_withdrawn() -> None:
    """Reference photos whose consent was taken back; once a day is enough."""
    erasure.erase_withdrawn(at=now())


@tenant_task
def expire_attestations() -> None:
    """Attestations of the classroom that nobody has ended in time."""
    attesting.expire_attestations(at=now())
