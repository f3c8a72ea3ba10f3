"""What a person sees when signed in, or on the way to it, stays in no cache: neither the browser's nor a proxy's."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class PrivatePagesMiddleware:
    """`Cache-Control: no-store` wherever a session holds something and the view did not decide for itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.session.keys():
            response["Cache-Control"] = "no-store, private"
        return response
