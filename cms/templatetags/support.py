"""Who of the association is in here on support: a line for everybody who works here."""

from typing import Any

from django import template
from django.utils.timezone import now

from tenants.accounts import support

register = template.Library()


@register.simple_tag(takes_context=True)
def running_support(context: template.Context) -> list[Any]:
    """The grants that run at this institution; one query a page, none at the association."""
    request: Any = context.get("request")
    tenant = getattr(request, "tenant", None)
    if tenant is None or tenant.is_association:
        return []
    if "_running_support" not in request.__dict__:
        rows = support.running(at=now()).filter(institution=tenant).select_related("user").order_by("expires_at")
        request.__dict__["_running_support"] = list(rows)
    return list(request.__dict__["_running_support"])
