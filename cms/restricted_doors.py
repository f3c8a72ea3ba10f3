"""Pages and files kept for some readers: Wagtail's own doors to them, without its bare sign-in form."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.documents.views.serve import authenticate_with_password as of_a_file
from wagtail.views import authenticate_with_password as of_a_page

from tenants.errors import DomainError
from tenants.ratelimit import allowed
from tenants.requests import address_of

# One password for many readers, who may sit behind one address: a class that opens it together, no list of guesses.
TRIES_A_MINUTE = 5
TRIES_AT_ONCE = 30


class TooManyPasswords(DomainError):
    code = "page.too_many_passwords"
    message = _("Too many passwords were tried from here. Please wait a minute.")
    status = 429


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """On to ours: Wagtail's form has no captcha, no limit, and would skip the SMS code. `next` is checked there."""
    there = reverse("accounts:sign_in")
    next_page = request.GET.get("next", "")
    return HttpResponseRedirect(f"{there}?{urlencode({'next': next_page})}" if next_page else there)


def limited(view: Callable[..., HttpResponse], restriction: str) -> Callable[..., HttpResponse]:
    """The door that asks for a password, with a limit on tries; `restriction` names its number in the address.

    Raises TooManyPasswords.
    """

    @never_cache
    @sensitive_post_parameters("password")
    def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        who = f"{restriction}:{kwargs[restriction]}:{address_of(request)}"
        if request.method == "POST" and not allowed(
            "page-password", who, a_minute=TRIES_A_MINUTE, burst=TRIES_AT_ONCE, at=now()
        ):
            raise TooManyPasswords
        return view(request, **kwargs)

    return wrapped


# Wagtail's addresses under Wagtail's names: it reverses them.
urlpatterns = [
    path("_util/login/", to_sign_in, name="wagtailcore_login"),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        limited(of_a_page, "page_view_restriction_id"),
        name="wagtailcore_authenticate_with_password",
    ),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limited(of_a_file, "restriction_id"),
        name="wagtaildocs_authenticate_with_password",
    ),
]
