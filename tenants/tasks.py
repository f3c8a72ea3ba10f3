"""The base of all Celery tasks: the schema's scope is open around each run."""

from typing import Any

from celery import shared_task
from tenant_schemas_celery.app import get_schema_name_from_task
from tenant_schemas_celery.task import TenantTask as SchemaTask

from tenants.models import Institution, Kind
from tenants.roles.queries import association_schema
from tenants.schema import current_schema
from tenants.scopes import institution_scope, province_scope

# Where tasks of the whole province are sent from: the clock and commands stand in public.
PROVINCE = {"public", association_schema()}


class WrongSchema(Exception):
    """The schema that a task was sent from could not be entered; it has read and changed nothing."""


class TenantTask(SchemaTask):
    """Runs inside the scope of the schema it was sent from: an institution's rows, or the province's."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        schema = current_schema()
        # Celery only logs what goes wrong while the schema is switched, and would run the task where it stands.
        wanted = get_schema_name_from_task(self, kwargs) or schema
        if wanted != schema:
            raise WrongSchema(f"{self.name}: sent from {wanted}, but this is {schema}")
        if schema in PROVINCE:
            with province_scope():
                return super().__call__(*args, **kwargs)
        with institution_scope(Institution.objects.get(schema_name=schema, kind=Kind.INSTITUTION)):
            return super().__call__(*args, **kwargs)


def tenant_task(function: Any = None, **options: Any) -> Any:
    """`@tenant_task`: takes ids only, may run twice without harm, acknowledged after it ran."""
    options = {"acks_late": True, "ignore_result": True, **options}
    return shared_task(function, **options) if function else shared_task(**options)
