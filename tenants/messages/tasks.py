"""The outbox's sweeper."""

from django.utils.timezone import now

from tenants.messages import services
from tenants.tasks import tenant_task


@tenant_task(name="tenants.messages.tasks.send_due")
def send_due() -> None:
    services.send_due(at=now())
