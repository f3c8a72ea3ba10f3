"""What every screen of console and desk stands in: who may come in, and Wagtail's header around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tenants.errors import DomainError, Gone
from tenants.models import Kind
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role

View = Callable[..., HttpResponse]
PAGE_SIZE = 50
SAFE = ("GET", "HEAD", "OPTIONS")


class NoRight(DomainError):
    """A staff member's role does not cover this."""

    code = "staff.no_right"
    status = 403


def staff_view(kind: Kind, *roles: Role, change: tuple[Role, ...] = ()) -> Callable[[View], View]:
    """A screen of one kind of tenant: elsewhere it does not exist (404), without a role it says so (403).

    `roles` may look; anything but a GET needs one of `change` (default: the same roles). Wagtail turns PermissionDenied
    into a redirect with a message, which hides the refusal; so the answer is rendered here.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.tenant.kind != kind:  # type: ignore[attr-defined]
                raise Http404
            wanted = roles if request.method in SAFE or not change else change
            if not has_role(request.user, *wanted):
                return no_right(request, wanted)
            try:
                return view(request, *args, **kwargs)
            except Gone as error:
                return gone(request, error)

        return wrapped

    return decorate


def gone(request: HttpRequest, error: Gone) -> HttpResponse:
    """404 inside the admin: what was to be changed has been deleted."""
    context = {"title": _("It is not there any more"), "sentence": error.message, "code": error.code}
    return render(request, "cms/staff/gone.html", context, status=error.status)


def no_right(request: HttpRequest, wanted: tuple[Role, ...]) -> HttpResponse:
    """403: which role it takes, and whom to ask."""
    names = _(", ").join(str(role.label) for role in wanted)
    head = _("the association's superadmin") if request.tenant.is_association else _("your institution's manager")  # type: ignore[attr-defined]
    context = {
        "title": _("No access"),
        "sentence": _("It needs the role: %(roles)s. Nothing was changed.") % {"roles": names},
        "whom_to_ask": _("If you need it for your work, ask %(who)s.") % {"who": head},
    }
    return render(request, "cms/staff/no_right.html", context, status=403)


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    """The requested page of a list; a page number out of range shows the nearest."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def kept(request: HttpRequest) -> str:
    """The query string without the page, for the pager's links."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"&{query.urlencode()}" if query else ""
