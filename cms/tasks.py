"""In the background: files that take long, pages whose hour has come; schedule in the settings."""

from django.db import transaction
from django.utils.timezone import now
from django_tenants.utils import get_public_schema_name, tenant_context

from cms.exporting.making import make
from cms.scheduling import settle_schedule
from tenants.exports import jobs
from tenants.exports.models import ExportJob
from tenants.models import Institution, Kind, State
from tenants.schema import current_schema
from tenants.tasks import tenant_task


@tenant_task(name="cms.tasks.make_export")
def make_export(pk: int) -> None:
    """One file, as soon as it is asked for, in the schema of the institution that asked."""
    if ExportJob.objects.filter(pk=pk, institution__schema_name=current_schema()).exists():
        jobs.run(pk, make=make, clock=now)


@tenant_task(name="cms.tasks.make_waiting_exports")
def make_waiting_exports() -> None:
    """Each minute: what no worker took, or a worker that died. Sent on, each to its own schema."""
    for job in jobs.waiting_jobs():
        with tenant_context(job.institution):
            make_export.delay(job.pk)


@tenant_task(name="cms.tasks.publish_scheduled")
def publish_scheduled() -> None:
    """Pages of the schema it was sent from whose hour has come."""
    if current_schema() != get_public_schema_name():  # public has no pages
        settle_schedule(at=now())


@tenant_task(name="cms.tasks.publish_all_scheduled")
def publish_all_scheduled() -> None:
    """Each minute: sent on to every site that is open, so that one that fails keeps no other waiting."""
    for institution in Institution.objects.exclude(kind=Kind.TEMPLATE).filter(state=State.APPROVED):
        with tenant_context(institution):
            publish_scheduled.delay()


def send(job: ExportJob) -> None:
    """Have it made once the transaction has committed."""
    transaction.on_commit(lambda: make_export.delay(job.pk))
