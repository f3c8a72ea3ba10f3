"""What a site tells search engines and readers of news: sitemap, robots, feed, the one address of a page."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_of
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing

from cms.models import NoticeIndexPage, NoticePage
from cms.models.base import NOT_IN_XML
from cms.models.inner import NOTICE_ORDER
from cms.queries import path_of
from tenants.models import Institution
from tenants.requests import TenantRequest

NOTICES_IN_FEED = 20
AN_HOUR_S = 3600
# Nothing there is for strangers, or it would only be found by guessing.
NOT_TO_BE_INDEXED = (
    "/admin/", "/my/", "/study/", "/exam/", "/camera/", "/certificates/", "/captcha/", "/signin/", "/search/", "/v/",
)  # fmt: skip
LOOK_UPS = ("portal:institutions", "portal:experts", "portal:appraisals", "certs:look_up", "apply:form")


def origin_of(institution: Institution) -> str:
    """`https://host` of its one main address: the portal's own, or the primary host with the portal's scheme and port.

    `primary_host` comes with the institution that the middleware has found.
    """
    if institution.is_association:
        return str(settings.PORTAL_URL).rstrip("/")
    portal = urlsplit(settings.PORTAL_URL)
    host = getattr(institution, "primary_host", None) or institution.host
    return f"{portal.scheme}://{host}{f':{portal.port}' if portal.port else ''}"


class _OnMainAddress(Sitemap):
    """Addresses on the main host, whichever one was asked."""

    def __init__(self, institution: Institution) -> None:
        self.origin = urlsplit(origin_of(institution))

    def get_domain(self, site: Any = None) -> str:
        return self.origin.netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        return self.origin.scheme


class PageSitemap(_OnMainAddress):
    """Live pages that everybody may read; the home page is one of them."""

    def items(self) -> Iterable[Page]:
        return Page.objects.live().public().filter(depth__gt=1).order_by("path")

    def location(self, item: Page) -> str:
        return path_of(item.url_path)

    def lastmod(self, item: Page) -> datetime | None:
        return item.last_published_at or item.latest_revision_created_at


class LookUpSitemap(_OnMainAddress):
    """The portal's look-ups."""

    def items(self) -> tuple[str, ...]:
        return LOOK_UPS

    def location(self, item: str) -> str:
        return reverse(item)


@require_safe
@cache_control(public=True, max_age=AN_HOUR_S)
def sitemap(request: TenantRequest) -> HttpResponse:
    maps: dict[str, Any] = {"pages": PageSitemap(request.tenant)}
    if request.tenant.is_association:
        maps["look_ups"] = LookUpSitemap(request.tenant)
    return sitemap_of(request, maps)


@require_safe
@cache_control(public=True, max_age=AN_HOUR_S)
def robots(request: TenantRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_TO_BE_INDEXED)]
    lines += ["", f"Sitemap: {origin_of(request.tenant)}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def shown(text: str) -> str:
    """Without the characters that XML cannot carry: one of them, and no reader could read any notice."""
    return NOT_IN_XML.sub("", text)


class NoticeFeed(Feed):  # type: ignore[type-arg]
    """The pinned and the newest notices as Atom, with the whole text as plain words."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Institution:
        return request.tenant  # type: ignore[attr-defined,no-any-return]

    def title(self, obj: Institution) -> str:
        return shown(_("%(name)s: notices") % {"name": obj.name})

    def link(self, obj: Institution) -> str:
        index = NoticeIndexPage.objects.live().first()
        return f"{origin_of(obj)}{path_of(index.url_path) if index else '/'}"

    def feed_guid(self, obj: Institution) -> str:
        return f"urn:uuid:{obj.uuid}"

    def author_name(self, obj: Institution) -> str:
        return shown(obj.name)

    def items(self, obj: Institution) -> list[NoticePage]:
        found = list(NoticePage.objects.live().public().order_by(*NOTICE_ORDER)[:NOTICES_IN_FEED])
        for notice in found:
            notice.origin = origin_of(obj)
        return found

    def item_title(self, item: NoticePage) -> str:  # type: ignore[override]
        return shown(str(item.title))

    def item_description(self, item: NoticePage) -> str:  # type: ignore[override]
        return shown(get_text_for_indexing(item.body)).strip()  # an entity may have become one

    def item_link(self, item: NoticePage) -> str:
        return f"{item.origin}{path_of(item.url_path)}"

    def item_pubdate(self, item: NoticePage) -> datetime:
        return make_aware(datetime.combine(item.date, time(9)))

    def item_updateddate(self, item: NoticePage) -> datetime:
        return item.last_published_at or self.item_pubdate(item)
