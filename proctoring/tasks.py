"""Background work; the schedule is in the settings."""

from django.utils.timezone import now

from proctoring import attesting, erasure, likeness, lookalikes
from proctoring.client import examine
from proctoring.errors import FaceBusy
from proctoring.models import FaceProfile
from tenants.tasks import tenant_task


@tenant_task
def erase_withdrawn() -> None:
    """Reference photos whose consent was taken back; once a day is enough."""
    erasure.erase_withdrawn(at=now())


@tenant_task(autoretry_for=(FaceBusy, likeness.OtherEngine), retry_backoff=5, max_retries=5)
def rebuild_template(profile: int) -> None:
    """Measure the photos of one profile with the recogniser in use; the person waits at the camera."""
    found = FaceProfile.objects.select_related("user", "institution").filter(pk=profile).first()
    if found is not None:
        likeness.rebuild(found, look=examine, at=now())


@tenant_task
def find_lookalikes() -> None:
    """Compare new templates with the province's; also each hour, for what no task was sent for."""
    lookalikes.search_new(at=now())


@tenant_task
def count_persons() -> None:
    """Whose face data is stored, and the alarm before filing is due; once a day is enough."""
    lookalikes.warn_of_filing(at=now())


@tenant_task
def expire_attestations() -> None:
    """Attestations of the classroom that nobody has ended in time."""
    attesting.expire_attestations(at=now())
