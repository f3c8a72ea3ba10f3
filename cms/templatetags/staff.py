"""What staff screens share: masked numbers with the door to the full one, and where a picture is shown."""

from typing import Any

from django import template
from django.urls import reverse
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import ReferenceIndex

from cms.reveal import kind_of
from tenants.accounts.reveal import may_reveal
from tenants.masking import mask_id_number, mask_phone_number

register = template.Library()
SHOWN_PLACES = 20


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


@register.inclusion_tag("cms/staff/shown_on.html", takes_context=True)
def shown_on(context: template.Context, shown: Any) -> dict[str, Any]:
    """`{% shown_on image %}`: the pages that show a picture or a file and would lose it, with the way to their editor.

    A page is there once, however often it shows it; drafts count as what is published does.
    """
    sources = [source for source, _references in ReferenceIndex.get_references_to(shown).group_by_source_object()]
    finder = AdminURLFinder(context["request"].user)
    found = [(source, finder.get_edit_url(source)) for source in sources[:SHOWN_PLACES]]
    return {"object": shown, "sources": found, "more": max(len(sources) - SHOWN_PLACES, 0)}


def slot_of(subject: Any, field: str) -> str:
    """Id of the element that shows the number."""
    return f"reveal-{subject.uuid}-{field}"
