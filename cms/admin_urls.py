"""The admin's URLs: Wagtail's own behind a few doors that are closed in front of them.

Wagtail's user and group screens, its bulk actions over accounts and its password pages know one table of people for all
tenants. They are answered here, before Wagtail sees the request, whatever permissions somebody has (DESIGN chapter 3).
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, re_path, reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from wagtail.admin import urls as wagtail_urls
from wagtail.admin.auth import require_admin_access
from wagtail.admin.viewsets.pages import page_viewset_registry

from cms.look import look

# Accounts, groups, tenants and shared rows are changed through services only, never by a generic screen.
# failwhale and test404 are Wagtail's ways to try its own error pages.
CLOSED = r"^(users|groups|password_reset|failwhale|test404)(/|$)"
CLOSED_BULK = r"^bulk/(?!(wagtailcore|wagtailimages|wagtaildocs)/)"


def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Wagtail's own form would skip the SMS code."""
    there = reverse("accounts:sign_in")
    next_page = request.GET.get("next", "")
    return HttpResponseRedirect(f"{there}?{urlencode({'next': next_page})}" if next_page else there)


def decide(request: HttpRequest, page_id: int, **kwargs: Any) -> HttpResponse:
    """Wagtail's decision about a page that was handed in. What forbids its publication now (another fee notice is in
    force) is said in the editor; the decision is not written."""
    try:
        with transaction.atomic():
            return page_viewset_registry.as_view("workflow_action", page_id_kwarg="page_id")(
                request, page_id=page_id, **kwargs
            )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("wagtailadmin_pages:edit", page_id)


urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", to_sign_in),
    path("account/", require_admin_access(look)),
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        never_cache(require_admin_access(decide)),
    ),
    re_path(CLOSED, closed),
    re_path(CLOSED_BULK, closed),
    *wagtail_urls.urlpatterns,
]
