"""Whether this database is a demo: a mark in the database itself, not a setting that a typing error could turn on."""

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

MARK = "zhuxue demo database"


class NotADemo(DomainError):
    code = "demo.not_a_demo"
    message = _("This database is not marked as a demo.")
    status = 403


def mark_demo_database() -> None:
    """Mark the database as a demo, before anybody has studied in it. Raises `NotADemo` where somebody has."""
    if is_demo_database():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM public.learning_creditspan), current_database()")
        studied, name = cursor.fetchone()
        if studied or not settings.IS_DEMO:
            raise NotADemo()
        cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{MARK}'")


def is_demo_database() -> bool:
    """Whether both the environment and the database itself say demo."""
    if not settings.IS_DEMO:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        return bool(cursor.fetchone()[0] == MARK)


def require_demo_database() -> None:
    """Raises `NotADemo`."""
    if not is_demo_database():
        raise NotADemo()
