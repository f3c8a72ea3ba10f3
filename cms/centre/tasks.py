"""Requests about one's data in the background, and what is deleted when its time is over; schedule in the settings."""

from django.utils.timezone import now

from cms.centre import my_data_export
from cms.retention import end_of_retention
from tenants.accounts import closing, exports
from tenants.tasks import tenant_task


@tenant_task(name="cms.centre.tasks.build_export")
def build_export(pk: int) -> None:
    """One copy, as soon as it is asked for."""
    my_data_export.build(pk, at=now())


@tenant_task(name="cms.centre.tasks.build_waiting_exports")
def build_waiting_exports() -> None:
    """Each minute: what no worker took, or a worker that died."""
    for pk in exports.waiting_exports():
        my_data_export.build(pk, at=now())


@tenant_task(name="cms.centre.tasks.close_accounts")
def close_accounts() -> None:
    """Each hour: accounts whose days to think are over; copies whose hours are over."""
    closing.close_due(at=now())
    exports.drop_expired(at=now())


@tenant_task(name="cms.centre.tasks.retention")
def retention() -> None:
    """Each night: what may not be kept any longer."""
    end_of_retention(at=now())
