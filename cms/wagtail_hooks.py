"""Registration only: the shell of the admin for both kinds of tenant. Tasks are registered by console and desk."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page, PageViewRestriction

from cms import page_doors, second_factor
from cms.editorial import PUBLISHERS
from cms.staff_menu import TaskItem
from cms.theme import admin_css

# Wagtail's own entries that belong to somebody's task here; everything else of its menu stays out of sight.
KEPT = {"explorer", "images", "documents"}


@cache_control(private=True, max_age=300)
def hue_css(request: HttpRequest) -> HttpResponse:
    """The institution's colours; its own small file because the CSP of the product knows no inline style."""
    return HttpResponse(admin_css(request.tenant.brand_main), content_type="text/css; charset=utf-8")  # type: ignore[attr-defined]


@hooks.register("register_admin_urls")
def shell_urls() -> list[Any]:
    return [
        path("hue.css", hue_css, name="zx_hue_css"),
        path("second-factor/", second_factor.mine, name="zx_second_factor"),
    ]


@hooks.register("insert_global_admin_css")
def console_css() -> SafeString:
    return format_html(
        '<link rel="stylesheet" href="{}"><link rel="stylesheet" href="{}">',
        static("zx/console.css"),
        reverse("zx_hue_css"),
    )


@hooks.register("insert_global_admin_js")
def console_js() -> SafeString:
    """htmx, full numbers for a reason (cms.reveal), and names that Wagtail leaves out."""
    return format_html(
        '<script src="{}" defer></script><script type="module" src="{}"></script>'
        '<script type="module" src="{}"></script>',
        static("zx/vendor/htmx.min.js"),
        static("zx/js/reveal.js"),
        static("zx/js/names.js"),
    )


@hooks.register("register_admin_menu_item")
def dashboard_item() -> MenuItem:
    return TaskItem(_("Dashboard"), "wagtailadmin_home", icon_name="home", order=10)


@hooks.register("register_admin_menu_item")
def second_factor_item() -> MenuItem:
    return TaskItem(_("My second factor"), "zx_second_factor", icon_name="mobile-alt", order=900)


@hooks.register("register_admin_menu_item")
def moved_addresses_item() -> MenuItem:
    """Wagtail's list of redirects; the rest of its settings menu is not an institution's to change."""
    roles, label = PUBLISHERS, _("Moved addresses")
    return TaskItem(label, "wagtailredirects:index", roles=roles, icon_name="redirect", order=730)


@hooks.register("before_serve_page", order=-100)
def roles_wait_for_the_second_factor(page: Page, request: HttpRequest, *_: Any) -> HttpResponse | None:
    """A page kept for roles: Wagtail reads the stored groups, whose rights may be withheld (`tenants.gate`)."""
    if not getattr(request.user, "rights_withheld", False):
        return None
    if not page.get_view_restrictions().filter(restriction_type=PageViewRestriction.GROUPS).exists():
        return None
    return redirect(f"{reverse('accounts:second')}?{urlencode({'next': request.get_full_path()})}")


@hooks.register("construct_main_menu")
def menu_by_task(request: HttpRequest, items: list[MenuItem]) -> None:
    items[:] = [item for item in items if isinstance(item, TaskItem) or item.name in KEPT]
    for item in items:
        if item.name == "explorer":
            item.label, item.order = _("Site pages"), 700
        elif item.name in {"images", "documents"}:
            item.order = 710 if item.name == "images" else 720


@hooks.register("construct_search")
def no_search_box(request: HttpRequest, areas: list[Any]) -> None:
    """Lists have their own search in the header; a second box that finds pages only would mislead."""
    areas.clear()


hooks.register("before_copy_page", page_doors.no_published_copy_of_a_fee_notice)
hooks.register("before_move_page", page_doors.no_move_to_a_taken_address)
hooks.register("before_unpublish_page", page_doors.the_home_page_stays)
hooks.register("before_delete_page", page_doors.the_home_page_stays)
hooks.register("before_bulk_action", page_doors.what_no_bulk_action_does)
