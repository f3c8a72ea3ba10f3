"""Menu entries by task: shown at one kind of tenant, to the roles whose task it is, with the number that waits."""

from collections.abc import Callable
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
