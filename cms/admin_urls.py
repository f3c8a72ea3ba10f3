"""The admin's URLs: Wagtail's own behind a few doors that are closed in front of them.

Wagtail's user and group screens, its bulk actions over accounts and its password pages know one table of people for all
tenants. They are answered here, before Wagtail sees the request, whatever permissions somebody has (DESIGN chapter 3).
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from wagtail.admin import urls as wagtail_urls
from wagtail.admin.auth import require_admin_access

from cms import page_doors
from cms.look import look
from cms.restricted_doors import to_sign_in

# Accounts, groups, tenants and shared rows are changed through services only, never by a generic screen.
# failwhale and test404 are Wagtail's ways to try its own error pages.
CLOSED = r"^(users|groups|password_reset|failwhale|test404)(/|$)"
CLOSED_BULK = r"^bulk/(?!(wagtailcore|wagtailimages|wagtaildocs)/)"


def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", to_sign_in),
    path("account/", require_admin_access(look)),
    *page_doors.urlpatterns,
    re_path(CLOSED, closed),
    re_path(CLOSED_BULK, closed),
    *wagtail_urls.urlpatterns,
]
