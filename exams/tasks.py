"""Background work of the exam."""

from django.utils.timezone import now

from exams import services
from tenants.tasks import tenant_task


@tenant_task
def grade_overdue() -> None:
    """Every few seconds by beat, from the public schema: the server's deadline grades by itself."""
    services.grade_overdue(at=now())
