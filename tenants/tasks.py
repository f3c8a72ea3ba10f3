"""The base of all Celery tasks: the schema's scope is open around each run."""

from typing import Any

from celery import shared_task
from tenant_schemas_celery.task import TenantTask as SchemaTask

from tenants.models import Institution, Kind
from tenants.schema import current_schema
from tenants.scopes import institution_scope, province_scope


class TenantTask(SchemaTask):
    """Runs inside the scope of the schema it was sent from: an institution's rows, or the province's."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant = Institution.objects.filter(schema_name=current_schema(), kind=Kind.INSTITUTION).first()
        with institution_scope(tenant) if tenant else province_scope():
            return super().__call__(*args, **kwargs)


def tenant_task(function: Any = None, **options: Any) -> Any:
    """`@tenant_task`: takes ids only, may run twice without harm, acknowledged after it ran."""
    options = {"acks_late": True, "ignore_result": True, **options}
    return shared_task(function, **options) if function else shared_task(**options)
