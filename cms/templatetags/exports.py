"""The button that takes a list away."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from cms.exporting.lists import lists_at
from tenants.roles.decorators import has_role

register = template.Library()


@register.inclusion_tag("cms/export/button.html", takes_context=True)
def export_button(context: template.Context, name: str, named: bool = False, **words: Any) -> dict[str, Any]:
    """`{% export_button "enrolments" %}`, with the words of the page's address that the list is filtered by; what else
    it needs by name: `{% export_button "class" of=class.uuid %}`. `named`: its title on the button, where there are
    two. Empty for roles that may not take the list."""
    request = context["request"]
    export = lists_at(request.tenant).get(name)
    if export is None or not has_role(request.user, *export.roles):
        return {"url": ""}
    space = "console" if request.tenant.is_association else "desk"
    asked = export.words_of({**request.GET.dict(), **words})
    url = reverse(f"{space}:export", args=[name])
    return {"url": f"{url}?{urlencode(asked)}" if asked else url, "title": export.title, "named": named}
