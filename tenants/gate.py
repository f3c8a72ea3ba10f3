"""The superuser gate.

Django and Wagtail read `is_superuser` before they ask any backend, so the flag is cleared outside the association.
"""

from typing import Any

from tenants.models import Institution


def gated(user: Any, tenant: Institution) -> Any:
    """The same person with the rights they may use at this tenant; `User.save` keeps the stored flag."""
    if getattr(user, "is_superuser", False) and not tenant.is_association:
        user.is_superuser = False
        user.is_gated = True
    return user
