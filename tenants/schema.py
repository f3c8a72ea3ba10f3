"""The schema of the database connection: which tenant this code is in."""

from typing import Any, cast

from django.db import connection

# The backend of django-tenants, which type checkers know only as Django's.
_connection = cast(Any, connection)


def current_schema() -> str:
    """`public`, or the schema name of the tenant whose context is open."""
    return cast(str, _connection.schema_name)


def to_public() -> None:
    """Where institutions are looked up; nothing is served from here."""
    _connection.set_schema_to_public()


def to_tenant(institution: Any) -> None:
    """Enter an institution's schema for the rest of the request."""
    _connection.set_tenant(institution)


def forget_search_path() -> None:
    """After a statement that may have changed the connection's path by itself."""
    _connection.forget_search_path()
