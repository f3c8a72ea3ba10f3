"""Registration only: the association's tasks."""

from typing import Any

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms.console import access, dashboard
from cms.console.views.applications import applications_waiting
from cms.console.views.lookalikes import lookalikes_waiting
from cms.staff_menu import Group, TaskItem, grouped
from tenants.models import Kind
from tenants.roles.roles import Role

TASKS: tuple[dict[str, Any], ...] = (
    {"label": _("Hours review"), "url_name": "console:queue", "icon_name": "tasks", "roles": access.READERS_OF_REVIEWS,
     "count": dashboard.reviews_waiting, "late": True},
    {"label": _("One face, two accounts"), "url_name": "console:lookalikes", "icon_name": "view",
     "roles": access.READERS_OF_REVIEWS, "count": lookalikes_waiting},
    {"label": _("Exam supervision"), "url_name": "console:exam_looks", "icon_name": "view",
     "roles": access.READERS_OF_REVIEWS, "count": dashboard.exam_looks_waiting},
    {"label": _("Institutions"), "url_name": "console:institutions", "icon_name": "group", "roles": access.READERS,
     "count": applications_waiting},
    {"label": _("Trainee accounts"), "url_name": "console:people", "icon_name": "user", "roles": access.READERS},
    {"label": _("Register of post certificates"), "url_name": "console:post_certificates", "icon_name": "form",
     "roles": access.READERS_OF_CERTIFICATES},
    {"label": _("Certificates to be checked"), "url_name": "console:certificate_claims", "icon_name": "help",
     "roles": access.READERS_OF_CERTIFICATES},
    {"label": _("Uploads"), "url_name": "console:uploads", "icon_name": "upload",
     "roles": access.READERS_OF_CERTIFICATES},
    {"label": _("Appraisals"), "url_name": "console:appraisals", "icon_name": "tick-inverse",
     "roles": access.READERS_OF_CERTIFICATES},
    {"label": _("Experts"), "url_name": "console:experts", "icon_name": "group",
     "roles": access.READERS_OF_CERTIFICATES},
    {"label": _("Requests about data"), "url_name": "console:data_requests", "icon_name": "user",
     "roles": access.READERS_OF_CERTIFICATES, "count": dashboard.data_requests_waiting, "late": True},
    {"label": _("Courses"), "url_name": "console:courses", "icon_name": "media", "roles": access.READERS_OF_COURSES},
    {"label": _("Question bank"), "url_name": "console:questions", "icon_name": "list-ul",
     "roles": access.READERS_OF_QUESTIONS},
    {"label": _("Rules"), "url_name": "console:rules", "icon_name": "clipboard-list", "roles": access.EVERYBODY},
    {"label": _("SMS outbox"), "url_name": "console:messages", "icon_name": "mail", "roles": access.READERS},
    {"label": _("Face recognition"), "url_name": "console:faces", "icon_name": "view", "roles": access.READERS},
    {"label": _("Sheets handed in"), "url_name": "console:imports", "icon_name": "upload",
     "roles": (*access.CLERKS, Role.QUESTION_EDITOR)},
    {"label": _("Exports"), "url_name": "console:exports", "icon_name": "download", "roles": access.EVERYBODY},
    {"label": _("Brand"), "url_name": "console:brand", "icon_name": "image", "roles": access.ADMINS},
    {"label": _("Colleagues"), "url_name": "console:staff", "icon_name": "key", "roles": access.ADMINS},
    {"label": _("Audit trail"), "url_name": "console:audit", "icon_name": "history", "roles": access.READERS},
)  # fmt: skip

# 门户 begins with an entry of ours, as an institution's 站点 does.
MENU = (
    Group("", ("wagtailadmin-home",)),
    Group(pgettext_lazy("menu", "Reviews"), ("console-queue", "console-lookalikes", "console-exam-looks")),
    Group(pgettext_lazy("menu", "Institutions and people"), ("console-institutions", "console-people",
                                                             "console-data-requests")),
    Group(pgettext_lazy("menu", "Certificates"), ("console-post-certificates", "console-certificate-claims",
                                                  "console-uploads")),
    Group(pgettext_lazy("menu", "Courses and questions"), ("console-courses", "console-questions")),
    Group(pgettext_lazy("menu", "Portal"), ("console-brand", "console-appraisals", "console-experts", "explorer",
                                            "images", "documents", "wagtailredirects-index")),
    Group(pgettext_lazy("menu", "Files"), ("console-imports", "console-exports")),
    Group(pgettext_lazy("menu", "Supervision"), ("console-rules", "console-messages", "console-faces",
                                                 "console-audit", "console-staff")),
    Group(_("My account"), ("zx-second-factor",)),
)  # fmt: skip


@hooks.register("register_admin_urls")
def console_urls() -> list[Any]:
    return [path("console/", include("cms.console.urls"))]


def _register(order: int, task: dict[str, Any]) -> None:
    hooks.register("register_admin_menu_item", lambda: TaskItem(kind=Kind.ASSOCIATION, order=order, **task))


for place, entry in enumerate(TASKS, start=2):
    _register(place * 10, entry)


@hooks.register("construct_homepage_panels")
def console_home(request: Any, panels: list[Any]) -> None:
    if request.tenant.kind == Kind.ASSOCIATION:
        panels[:] = [dashboard.ConsoleDashboard()]


@hooks.register("construct_main_menu", order=10)
def console_menu(request: Any, items: list[MenuItem]) -> None:
    """After the shell has put aside what nobody needs."""
    if request.tenant.kind == Kind.ASSOCIATION:
        items[:] = grouped(items, MENU)
