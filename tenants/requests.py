"""What a request is once it has passed the middleware (for type checkers; at run time Django's own), and whence."""

import ipaddress
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.models import Institution

    class TenantRequest(HttpRequest):
        """A request to a tenant. `user` is a `User` behind `trainee_required` and `role_required`."""

        tenant: Institution
        user: User  # type: ignore[assignment]
        urlconf: str  # type: ignore[assignment]
        LANGUAGE_CODE: str

else:
    TenantRequest = HttpRequest


def address_of(request: HttpRequest) -> str:
    """The network address that limits count by: an IPv4 address, or the /64 that one subscriber has of IPv6."""
    text = request.META.get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return text[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
