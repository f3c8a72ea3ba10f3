"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def institution(request: HttpRequest) -> dict[str, Any]:
    """`institution`: the tenant; `portal_url`: the association's address; `is_demo`."""
    tenant = getattr(request, "tenant", None)
    return {
        "institution": tenant,
        "is_portal": bool(tenant and tenant.is_association),
        "portal_url": settings.PORTAL_URL,
        "is_demo": settings.IS_DEMO,
    }
