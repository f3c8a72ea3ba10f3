"""A session is bound to the schema it was opened in."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from tenants.schema import current_schema


@receiver(user_logged_in)
def bind_session_to_schema(sender: object, request: Any, user: Any, **_: object) -> None:
    tenant = getattr(request, "tenant", None)
    request.session["schema"] = tenant.schema_name if tenant else current_schema()
