"""Longer limits in the face check for a trainee of this institution."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cms.desk import access
from cms.longer_limits import limits_page
from proctoring.models import FaceProfile
from tenants.requests import TenantRequest


@access.desk_view(*access.CLERKS)
def limits(request: TenantRequest, uuid: str) -> HttpResponse:
    """`uuid` is the profile's: who has none here yet has no face check here either."""
    profile: FaceProfile = get_object_or_404(FaceProfile.objects.select_related("user"), uuid=uuid)
    back = (profile.user.name, reverse("desk:profile", args=[uuid]))
    return limits_page(request, profile.user, may_change=True, parent=back)
