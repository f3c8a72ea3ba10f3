"""What staff screens share: masked numbers with the door to the full one."""

from typing import Any

from django import template
from django.urls import reverse

from cms.reveal import kind_of
from tenants.accounts.reveal import may_reveal
from tenants.masking import mask_id_number, mask_phone_number

register = template.Library()


@register.inclusion_tag("cms/staff/reveal.html", takes_context=True)
def revealable(context: template.Context, subject: Any, field: str, hidden: bool = False) -> dict[str, Any]:
    """`{% revealable person "id_number" %}`: the masked number and, to whom the role allows it, "Show".

    `hidden` leaves the door out, where a desk sees somebody who is not enrolled there.
    """
    request = context["request"]
    value = getattr(subject, field) or ""
    url = ""
    if value and not hidden and may_reveal(request.user, request.tenant):
        space = "console" if request.tenant.is_association else "desk"
        url = reverse(f"{space}:reveal", args=[kind_of(subject), subject.uuid, field])
    return {
        "masked": mask_phone_number(value) if field == "phone" else mask_id_number(value),
        "slot": slot_of(subject, field),
        "url": url,
    }


def slot_of(subject: Any, field: str) -> str:
    """Id of the element that shows the number."""
    return f"reveal-{subject.uuid}-{field}"
