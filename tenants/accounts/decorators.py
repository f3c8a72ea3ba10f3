"""Doors of views for people."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]


def trainee_required(view: View) -> View:
    """A signed-in person, past the first sign-in; scripts get 401 with a code, people the sign-in page."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"code": "signin.required", "message": _("Please sign in again.")}, status=401)
        return redirect_to_login(request.get_full_path())

    return wrapped
