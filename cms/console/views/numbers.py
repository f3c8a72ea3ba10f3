"""Full numbers of people and of the register's holders."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cms.console import access
from cms.reveal import KINDS, reveal_view


@access.console_view(*access.EVERYBODY)
def reveal(request: HttpRequest, kind: str, uuid: str, field: str) -> HttpResponse:
    """Everybody may ask; the service tells whose role includes it."""
    if kind not in KINDS:
        raise Http404
    return reveal_view(request, get_object_or_404(KINDS[kind], uuid=uuid), field)
