"""What a service holds until the end of its transaction."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model

from learning.models import Enrolment
from tenants.accounts.models import User
from tenants.errors import Gone

Row = TypeVar("Row", bound=Model)

LIVE_SESSION_LOCK = "study:{user_id}"


def held(row: Row, *, to_delete: bool = False) -> Row:
    """The row of the resource library as it is now. Raises `Gone` when somebody has deleted it meanwhile."""
    rows = type(row)._default_manager.select_for_update(no_key=not to_delete, of=("self",))
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise Gone()
    return found


def locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it is now. Locked without its key, so that a beat that inserts a span never waits for it."""
    return (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution", "user", "position")
        .get(pk=enrolment.pk)
    )


def lock_person(user: User) -> None:
    """One opener at a time a person, so that two windows never both see no live sitting, and none opens one while
    hours are being cleared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [LIVE_SESSION_LOCK.format(user_id=user.pk)]
        )
