"""Background work; the schedule is in the settings."""

from django.utils.timezone import now

from certs import services
from tenants.tasks import tenant_task


@tenant_task
def upload_due() -> None:
    """Upload approved hours; withdraw certificates whose hours fell."""
    services.upload_due(at=now())
    services.revoke_unfounded(at=now())
