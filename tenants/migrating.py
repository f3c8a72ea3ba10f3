"""Migrations of one schema, without drawing models for those that concern another (ADR 0250)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import router
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

Plan = list[tuple[Migration, bool]]


class SchemaExecutor(MigrationExecutor):
    """What the router keeps out of this schema is recorded and enters the state, as before; only its models are not
    rendered, which was most of the time. What concerns the schema comes first, as far as dependencies let it.
    """

    def concerns(self, app_label: str) -> bool:
        return bool(router.allow_migrate(self.connection.alias, app_label))

    def migration_plan(self, targets: Any, clean_start: bool = False) -> Plan:
        ordered = sorted(targets, key=lambda target: not self.concerns(target[0]))
        return super().migration_plan(ordered, clean_start)

    def _migrate_all_forwards(
        self, state: ProjectState, plan: Plan, full_plan: Plan, fake: bool, fake_initial: bool
    ) -> ProjectState:
        """Django's, but that nothing is rendered before a migration that is kept out."""
        waiting = {migration for migration, _backwards in plan}
        for migration, _backwards in full_plan:
            if migration not in waiting:
                continue
            waiting.remove(migration)
            if fake or self.concerns(migration.app_label):
                state = self.apply_migration(state, migration, fake=fake, fake_initial=fake_initial)
            else:
                state.__dict__.pop("apps", None)  # drawn again when the next migration asks for models
                state = migration.mutate_state(state, preserve=False)
                self.record_migration(migration)  # type: ignore[call-arg, arg-type]  # the stubs are of an older one
        return state


class Command(migrate.Command):
    """Django's `migrate` with this executor (setting TENANT_BASE_MIGRATE_COMMAND)."""

    def handle(self, *args: Any, **options: Any) -> None:
        names = vars(migrate)  # where Django's command looks its executor up
        names["MigrationExecutor"] = SchemaExecutor
        try:
            super().handle(*args, **options)
        finally:
            names["MigrationExecutor"] = MigrationExecutor
