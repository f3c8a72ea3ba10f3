"""Background work of the hours review."""

from django.utils.timezone import now

from learning.review import services
from tenants.tasks import tenant_task


@tenant_task
def open_missing_reviews() -> None:
    """Every few seconds by beat, from the public schema: all institutions at once."""
    services.open_missing_reviews(at=now())
