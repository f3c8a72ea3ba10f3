"""Reads of the faces that more than one place needs."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from wagtail.models import Page

from tenants import brand
from tenants.models import Institution
from tenants.requests import TenantRequest


@dataclass(frozen=True)
class MenuPage:
    title: str
    url: str
    slug: str


def palette_of(institution: Institution) -> brand.Palette:
    """The stored palette; computed from the two colours for a row saved without one."""
    return institution.palette or brand.palette(institution.brand_main, institution.brand_accent)


def menu_pages() -> list[MenuPage]:
    """Live pages marked "show in menus" right under the home page of the schema in force, in their order."""
    rows = Page.objects.live().in_menu().filter(depth=3).order_by("path").values_list("title", "url_path", "slug")
    return [MenuPage(title, path_of(url_path), slug) for title, url_path, slug in rows]


def path_of(url_path: str) -> str:
    """Path of a page on its own host: Wagtail's `url_path` without the home page's slug."""
    below = url_path.strip("/").partition("/")[2]
    return f"/{below}/" if below else "/"


def site_url(request: TenantRequest, host: str) -> str:
    """`http://host:8000/` with this request's scheme and port."""
    port = urlsplit(f"//{request.get_host()}").port
    return f"{request.scheme}://{host}{f':{port}' if port else ''}/"
