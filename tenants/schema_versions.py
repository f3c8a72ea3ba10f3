"""Which schemas have the same migrations as the template: asked in one statement, however many there are."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

APPLIED = """
    SELECT {name}, md5(string_agg(app || '.' || name, ',' ORDER BY app COLLATE "C", name COLLATE "C")) FROM {table}
"""


def versions(schemas: Sequence[str]) -> dict[str, str]:
    """Schema → a fingerprint of its applied migrations; "" where it keeps no record of any."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name"
            " WHERE to_regclass(format('%%I.django_migrations', name)) IS NOT NULL",
            [list(schemas)],
        )
        recorded = [row[0] for row in cursor.fetchall()]
        found = dict.fromkeys(schemas, "")
        if recorded:
            parts = [
                sql.SQL(APPLIED).format(name=sql.Literal(schema), table=sql.Identifier(schema, "django_migrations"))
                for schema in recorded
            ]
            cursor.execute(sql.SQL(" UNION ALL ").join(parts))
            found |= {schema: mark or "" for schema, mark in cursor.fetchall()}
    return found


def behind(schemas: Sequence[str], *, like: str) -> list[str]:
    """Those of `schemas` whose applied migrations differ from those of the schema `like`, in their order."""
    known = versions([like, *schemas])
    return [schema for schema in schemas if schema != like and (not known[schema] or known[schema] != known[like])]
