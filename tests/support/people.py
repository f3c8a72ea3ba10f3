"""People for tests: a valid ID number each, ready to sign in."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BEFORE = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
_sequence = count(1)


def id_number(sequence: int, *, born: str = "19850312", region: str = "440106") -> str:
    """A resident ID number of Guangzhou with a correct check digit (GB 11643)."""
    body = f"{region}{born}{sequence % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]


@cache
def hashed(password: str) -> str:
    """Once a process: the real hash takes a tenth of a second, and most tests need only somebody who has one."""
    from django.contrib.auth.hashers import make_password

    return make_password(password)


def make_user(name: str = "陈志强", *, password: str = "Zhuxue2026", **fields: Any) -> Any:
    """A person who has signed in before, with a phone. `fields` go to the User."""
    from tenants.accounts.models import User

    number = next(_sequence)
    values = {"created_at": BEFORE, "activated_at": BEFORE, "phone_verified_at": BEFORE, "password_set_at": BEFORE}
    user = User(name=name, gender="male", **(values | fields))
    user.set_identity(id_number=id_number(number), phone=f"138{number:08d}")
    user.password = hashed(password)
    user.save()
    return user


def signed_in(user: Any, institution: Any, *, second_factor: bool = False) -> Any:
    """Django's test client on the institution's host, signed in as `user`; with `second_factor` their rights count."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    client = Client(headers={"host": institution.host})
    with tenant_context(institution):
        client.force_login(user, backend="tenants.roles.backends.TenantBackend")
    session = client.session
    session["schema"] = institution.schema_name
    if second_factor:
        from tenants.gate import note_factor

        note_factor(session, user, institution, at=BEFORE)
    session.save()
    return client
