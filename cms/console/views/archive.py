"""The archive of one enrolment in the console."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cms.archive import views
from cms.console import access
from tenants.requests import TenantRequest


@access.console_view(*access.READERS_OF_REVIEWS)
def page(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """一人一档 of any enrolment of the province."""
    return views.page(request, uuid, parent=(_("Hours review"), reverse("console:queue")))
