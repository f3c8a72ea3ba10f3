"""What `fab check` asks of the project itself: has every model its migration, has every message its Chinese?"""

from __future__ import annotations

import sys
from pathlib import Path

from config.state import CHECKOUT


def is_ours(path: str) -> bool:
    """Whether an app lies in the checkout itself, not in a virtual environment inside it."""
    return Path(path).is_relative_to(CHECKOUT) and "site-packages" not in path


def missing_migrations() -> list[str]:
    """A line for each change of a model that no migration makes. Asks no database."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    translation.deactivate_all()  # migrations hold the English of choices and names
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    ours = {one.label for one in apps.get_app_configs() if is_ours(one.path)}
    changes = detector.changes(graph=loader.graph)
    return [
        f"no migration: {label}: {operation.describe()}"
        for label, migrations in sorted(changes.items())
        if label in ours
        for migration in migrations
        for operation in migration.operations
    ]


def main() -> int:
    import django

    from config.translations import faults, messages_in_sources, read_catalogue

    django.setup()
    said = missing_migrations() + faults(messages_in_sources(), read_catalogue())
    print("\n".join(said) or "Migrations and translations are complete.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
