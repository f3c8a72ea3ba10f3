"""What somebody may use here and now: the superuser gate, the second factor, and grants that have run out.

Django and Wagtail read `is_superuser` before they ask any backend, so the flag is cleared outside the association.
Rights of staff count only in a session that has shown a second factor. The gate is the one place where requests and
sockets decide this; a `User` that was simply read from the database (services, tasks) is not gated.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from tenants.models import Institution
from tenants.roles.queries import holds_rights, load_roles

FACTOR_KEY = "second_factor"


def gated(user: Any, tenant: Institution, *, second_factor: bool = False, at: datetime | None = None) -> Any:
    """The same person with the rights they may use at this tenant; `User.save` keeps the stored flag.

    Without `second_factor` all rights are withheld, whatever roles are stored. With it, and with `at`, temporary
    roles that have run out are removed before anything is decided. Call it in the tenant's schema.
    """
    if not getattr(user, "is_authenticated", False):
        return user
    user.is_gated = True
    user.has_stored_superuser = user.is_superuser and tenant.is_association
    user.is_superuser = user.has_stored_superuser and second_factor
    user.rights_withheld = not second_factor
    if second_factor and at is not None:
        load_roles(user, at=at)
    return user


def note_factor(session: MutableMapping[str, Any], user: Any, tenant: Institution, *, at: datetime) -> None:
    """This session has shown a second factor of `user` at this tenant."""
    session[FACTOR_KEY] = {"user": str(user.uuid), "schema": tenant.schema_name, "at": at.timestamp()}


def has_factor(session: Mapping[str, Any], user: Any, tenant: Institution) -> bool:
    """True when the second factor of this session was `user`'s and was shown here."""
    noted = session.get(FACTOR_KEY)
    if not isinstance(noted, dict) or not getattr(user, "is_authenticated", False):
        return False
    return noted.get("user") == str(user.uuid) and noted.get("schema") == tenant.schema_name


def owes_factor(user: Any, *, at: datetime) -> bool:
    """True for somebody whose stored rights here are withheld until they show a second factor."""
    if not getattr(user, "rights_withheld", False):
        return False
    return user.has_stored_superuser or holds_rights(user, at=at)
