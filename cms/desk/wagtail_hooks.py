"""Registration only: an institution's tasks."""

from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms.desk import access, dashboard
from cms.staff_menu import Group, TaskItem, grouped
from tenants.models import Kind

TASKS: tuple[dict[str, Any], ...] = (
    {"label": _("Confirm profiles"), "url_name": "desk:profiles", "icon_name": "view", "roles": access.CLERKS,
     "count": dashboard.profiles_waiting, "late": True},
    {"label": _("Enrolments"), "url_name": "desk:enrolments", "icon_name": "edit", "roles": access.READERS,
     "count": dashboard.enrolments_waiting},
    {"label": _("Sheets handed in"), "url_name": "desk:imports", "icon_name": "upload", "roles": access.CLERKS},
    {"label": _("Reported certificates"), "url_name": "desk:claims", "icon_name": "form", "roles": access.READERS},
    {"label": _("Classes"), "url_name": "desk:classes", "icon_name": "group", "roles": access.READERS},
    {"label": _("Classroom"), "url_name": "desk:classroom", "icon_name": "clipboard-list", "roles": access.READERS},
    {"label": _("Exports"), "url_name": "desk:exports", "icon_name": "download", "roles": access.READERS},
    {"label": _("Pages to be approved"), "url_name": "desk:pages", "icon_name": "view", "roles": access.EDITORS,
     "count": dashboard.pages_waiting, "late": True},
    {"label": _("Brand"), "url_name": "desk:brand", "icon_name": "image", "roles": access.MANAGERS},
    {"label": _("Colleagues"), "url_name": "desk:staff", "icon_name": "key", "roles": access.MANAGERS},
    {"label": _("Support by the association"), "url_name": "desk:support", "icon_name": "help",
     "roles": access.MANAGERS},
)  # fmt: skip

# 站点 begins with an entry of ours: Wagtail's tree of pages draws itself and would not carry the heading.
MENU = (
    Group("", ("wagtailadmin-home",)),
    Group(
        pgettext_lazy("menu", "Site"),
        ("desk-pages", "explorer", "images", "documents", "wagtailredirects-index", "desk-brand"),
    ),
    Group(pgettext_lazy("menu", "Enrolment"), ("desk-enrolments", "desk-imports")),
    Group(pgettext_lazy("menu", "Classes"), ("desk-classes", "desk-classroom")),
    Group(pgettext_lazy("menu", "Trainees"), ("desk-profiles", "desk-exports")),
    Group(pgettext_lazy("menu", "Certificates"), ("desk-claims",)),
    Group(pgettext_lazy("menu", "Staff"), ("desk-staff", "desk-support")),
    Group(_("My account"), ("zx-second-factor",)),
)  # fmt: skip


@hooks.register("register_admin_urls")
def desk_urls() -> list[Any]:
    return [path("desk/", include("cms.desk.urls"))]


def _register(order: int, task: dict[str, Any]) -> None:
    hooks.register("register_admin_menu_item", lambda: TaskItem(kind=Kind.INSTITUTION, order=order, **task))


for place, entry in enumerate(TASKS, start=2):
    _register(place * 10, entry)


@hooks.register("construct_homepage_panels")
def desk_home(request: Any, panels: list[Any]) -> None:
    if request.tenant.kind == Kind.INSTITUTION:
        panels[:] = [dashboard.DeskDashboard()]


@hooks.register("construct_main_menu", order=10)
def desk_menu(request: Any, items: list[MenuItem]) -> None:
    """After the shell has put aside what nobody needs."""
    if request.tenant.kind == Kind.INSTITUTION:
        items[:] = grouped(items, MENU)
