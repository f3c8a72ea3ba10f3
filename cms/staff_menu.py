"""Menu entries by task: shown at one kind of tenant, to the roles whose task it is, with the number that waits.

Entries stand in groups: the first one that a person sees of a group carries the group's name (`console.css` writes it
above the entry).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from tenants.models import Kind
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role

Count = Callable[[HttpRequest], int]


class TaskItem(MenuItem):
    """One task. `count` is read while the menu is drawn: keep it to one indexed query."""

    def __init__(
        self,
        label: Any,
        url_name: str,
        *,
        kind: Kind | None = None,
        roles: tuple[Role, ...] = (),
        icon_name: str,
        order: int,
        count: Count | None = None,
        late: bool = False,
    ) -> None:
        super().__init__(
            label,
            reverse_lazy(url_name),
            name=url_name.replace(":", "-").replace("_", "-"),
            icon_name=icon_name,
            order=order,
        )
        self.kind, self.roles, self.count, self.late = kind, roles, count, late

    def is_shown(self, request: HttpRequest) -> bool:
        if self.kind is not None and request.tenant.kind != self.kind:  # type: ignore[attr-defined]
            return False
        return not self.roles or has_role(request.user, *self.roles)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        waiting = self.count(request) if self.count else 0
        attrs: dict[str, str] = {}
        if waiting:
            attrs["data-zx-count"] = f"{waiting:,}"
            attrs["aria-description"] = _("%(number)s waiting") % {"number": waiting}
            if self.late:
                attrs["data-zx-late"] = ""
        return LinkMenuItem(self.name, self.label, str(self.url), icon_name=self.icon_name, attrs=attrs)


@dataclass(frozen=True)
class Group:
    """`names` are those of the entries, in their order; without `label` no heading is written."""

    label: Any
    names: tuple[str, ...]


class Placed(MenuItem):
    """An entry at its place for one request. The entries themselves are shared by all requests and stay as they are."""

    def __init__(self, item: MenuItem, order: int, heading: str) -> None:
        super().__init__(item.label, item.url, name=item.name, icon_name=item.icon_name, order=order)
        self.item, self.heading = item, heading

    def render_component(self, request: HttpRequest) -> Any:
        component = self.item.render_component(request)
        if self.heading:
            component.attrs = {**component.attrs, "data-zx-group": self.heading}
        return component


def grouped(items: Sequence[MenuItem], groups: Sequence[Group]) -> list[MenuItem]:
    """The entries in the order of `groups`; what no group names comes last, without a heading."""
    known = {item.name: item for item in items}
    placed: list[MenuItem] = []
    for group in groups:
        heading = str(group.label)
        for item in (known.pop(name) for name in group.names if name in known):
            placed.append(Placed(item, len(placed), heading))
            heading = ""
    return placed + [Placed(item, len(placed) + n, "") for n, item in enumerate(known.values())]
