"""What a request is once it has passed the middleware (for type checkers; at run time it is Django's own)."""

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
