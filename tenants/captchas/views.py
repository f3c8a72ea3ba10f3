"""Doors: a challenge without a new page. The picture itself is the library's."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tenants.captchas.draw import KINDS, PICTURE, draw
from tenants.requests import address_of

ID = re.compile(r"[A-Za-z][\w-]{0,59}")
NAME = "captcha"


@never_cache
@require_GET
def refresh(request: HttpRequest) -> HttpResponse:
    """The field with a new challenge of `?kind=`, for a script to put in the place of the old one (`?id=`)."""
    kind, given = request.GET.get("kind", ""), request.GET.get("id", "")
    challenge = draw(kind if kind in KINDS else PICTURE, address_of(request), at=now())
    context = {"name": NAME, "id": given if ID.fullmatch(given) else f"id_{NAME}_1", "challenge": challenge}
    return render(request, "_captcha.html", context, status=200 if challenge.key else 429)
