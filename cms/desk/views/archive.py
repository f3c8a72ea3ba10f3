"""The archive of one enrolment at the desk."""

from uuid import UUID

from django.http import HttpResponse

from cms.archive import views
from cms.desk import access
from tenants.requests import TenantRequest


@access.desk_view(*access.READERS)
def page(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """一人一档 of somebody who is enrolled here."""
    return views.page(request, uuid)
