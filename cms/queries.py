"""Reads of the faces that more than one place needs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from wagtail.models import Page, PageViewRestriction

from tenants import brand
from tenants.models import Institution
from tenants.requests import TenantRequest

# Pages of which a site has at most one, by the name of their kind: links to them follow the page, not its address.
COURSES, NOTICES, QUESTIONS, DOWNLOADS = "courseindexpage", "noticeindexpage", "faqpage", "downloadspage"
TEXT = "standardpage"


@dataclass(frozen=True)
class MenuPage:
    """A page to link to; `kind` is the name of its model in small letters."""

    title: str
    url: str
    kind: str = ""
    in_menu: bool = True


def palette_of(institution: Institution) -> brand.Palette:
    """The stored palette; computed from the two colours for a row saved without one."""
    return institution.palette or brand.palette(institution.brand_main, institution.brand_accent)


def linked_pages() -> list[MenuPage]:
    """Live pages right under the home page of the schema in force, in their order, as far as the frame links to them:
    those marked "show in menus", and those of which there is one."""
    wanted = Q(show_in_menus=True) | Q(content_type__model__in=(COURSES, NOTICES, QUESTIONS, DOWNLOADS))
    rows = Page.objects.live().filter(wanted, depth=3).order_by("path")
    fields = ("title", "url_path", "content_type__model", "show_in_menus")
    return [
        MenuPage(title, path_of(url_path), kind, shown) for title, url_path, kind, shown in rows.values_list(*fields)
    ]


def open_below(pages: Any, above: Page) -> Any:
    """Those of `pages` that no restriction below `above` keeps for some readers: who sees `above` may see them listed.

    In the query itself: Wagtail's `public()` asks a second time, and hides what a reader of `above` has passed already.
    """
    kept = PageViewRestriction.objects.filter(page__path__startswith=above.path, page__depth__gt=above.depth)
    whole = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    covers = kept.annotate(whole=whole).filter(whole__startswith=F("page__path"))
    return pages.filter(~Exists(covers))


def path_of(url_path: str) -> str:
    """Path of a page on its own host: Wagtail's `url_path` without the home page's slug."""
    below = url_path.strip("/").partition("/")[2]
    return f"/{below}/" if below else "/"


def site_url(request: TenantRequest, host: str) -> str:
    """`http://host:8000/` with this request's scheme and port."""
    port = urlsplit(f"//{request.get_host()}").port
    return f"{request.scheme}://{host}{f':{port}' if port else ''}/"
