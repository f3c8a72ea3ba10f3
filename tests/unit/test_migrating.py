"""Migrations of one schema: everything is planned, parents first, and what concerns the schema as early as may be."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import get_tenant_base_migrate_command_class, schema_context

from tenants.migrating import Command, SchemaExecutor

pytestmark = pytest.mark.django_db


def plan_of(kind: type[MigrationExecutor]) -> list[tuple[str, str]]:
    executor = kind(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


@pytest.mark.parametrize(("schema", "first", "last"), [("public", "learning", "cms"), ("template", "cms", "exams")])
def test_a_plan_is_complete_and_parents_come_before(schema: str, first: str, last: str) -> None:
    with schema_context(schema):
        plan, plain = plan_of(SchemaExecutor), plan_of(MigrationExecutor)
        parents = {key: node.parents for key, node in SchemaExecutor(connection).loader.graph.node_map.items()}
    assert sorted(plan) == sorted(plain)
    place = {key: number for number, key in enumerate(plan)}
    assert all(place[parent.key] < place[key] for key in plan for parent in parents[key])
    assert place[first, "0001_initial"] < place[last, "0001_initial"]


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_out_is_recorded_and_writes_no_table(lingzhu: Any) -> None:
    """Here with the whole plan of `template` in a schema that has only its record of migrations."""
    from django.core.management import call_command

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA afresh")
    call_command("migrate_schemas", tenant=True, schema_name="afresh", interactive=False, verbosity=0)
    with schema_context("afresh"):
        recorded = set(MigrationRecorder(connection).applied_migrations())
    with schema_context("template"):
        assert recorded == set(MigrationRecorder(connection).applied_migrations())
    with connection.cursor() as cursor:
        tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
        cursor.execute(f"{tables} ORDER BY 1", ["afresh"])
        afresh = cursor.fetchall()
        cursor.execute(f"{tables} ORDER BY 1", ["template"])
        assert afresh == cursor.fetchall()
    assert ("cms_homepage",) in afresh
    assert ("learning_enrolment",) not in afresh


def test_migrate_schemas_uses_it() -> None:
    assert get_tenant_base_migrate_command_class() is Command
