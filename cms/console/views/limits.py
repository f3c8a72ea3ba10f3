"""Longer limits in the face check, granted by the association: they hold at every institution."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cms.console import access
from cms.longer_limits import limits_page
from tenants.accounts.models import User
from tenants.requests import TenantRequest


@access.console_view(*access.READERS, change=access.ADMINS)
def limits(request: TenantRequest, uuid: str) -> HttpResponse:
    person = get_object_or_404(User, uuid=uuid, anonymised_at=None)
    back = (person.name, reverse("console:person", args=[uuid]))
    may_change = access.has_role(request.user, *access.ADMINS) and person.pk != request.user.pk
    return limits_page(request, person, may_change=may_change, parent=back)
