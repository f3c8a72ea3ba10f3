"""When a session was last used: for the person who looks at their list of devices."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from tenants.accounts import sessions


class LastSeenMiddleware:
    """Behind the middleware that voids sessions of other schemas. Costs a statement every five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session and request.session.session_key:
            sessions.touch(request.session.session_key, at=now())
        return self.get_response(request)
