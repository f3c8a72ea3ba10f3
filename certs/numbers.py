"""Serial numbers from PostgreSQL sequences: one a kind and year, never the same twice, whatever rolls back."""

import re

from django.db import connection, transaction
from django.db.utils import ProgrammingError

NAME = re.compile(r"^[a-z]+_[0-9]{4}$")


def next_serial(kind: str, year: int) -> int:
    """The next number of `kind` (`hours`, `qualification`) in `year`. Gaps are possible, repetition is not."""
    name = f"{kind}_{year}"
    if not NAME.match(name):
        raise ValueError(name)
    try:
        with transaction.atomic():
            return _next(name)
    except ProgrammingError:  # the first certificate of the year
        _create(name)
        return _next(name)


def _next(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"public.certs_{name}_seq"])
        return int(cursor.fetchone()[0])


def _create(name: str) -> None:
    """Two first certificates may meet: the lock makes the second wait, IF NOT EXISTS lets it pass."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"certs_{name}"])
        cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS public.certs_{name}_seq")  # the name is matched above
