"""503 instead of 500 while the database cannot be had: the pool is used up, the server restarts, its disk is full.

Nothing of such a request was saved: a transaction either committed before, or not at all. `Retry-After` says when to
come back; pages that talk to us by script get the code `server.busy` and do so by themselves.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

NO_DATABASE = (OperationalError, InterfaceError)
CODE = "server.busy"
RETRY_S = 5


def server_error(request: HttpRequest) -> HttpResponseBase:
    """`handler500` of all sites; called while the exception is being handled. Asks the database nothing."""
    if isinstance(sys.exc_info()[1], NO_DATABASE):
        return busy(request)
    return defaults.server_error(request)


def busy(request: HttpRequest) -> HttpResponse:
    """Try again in a moment."""
    retry = {"Retry-After": str(RETRY_S), "Cache-Control": "no-store"}
    message = _("The service is very busy just now. Nothing is lost; please try again in a moment.")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": CODE, "message": message}, status=503, headers=retry)
    words = {"title": _("One moment, please"), "sentence": message, "code": CODE, "again": True}
    return HttpResponse(render_to_string("unavailable.html", words), status=503, headers=retry)
