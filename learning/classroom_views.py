"""Study in the institution's classroom: a teacher's word stands in for the camera (proctoring.attesting)."""

import json
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from learning.errors import CannotStudy
from learning.models import Admission, Enrolment, HoursState
from proctoring import attesting, queries
from proctoring.models import CameraSession
from tenants.accounts.decorators import trainee_required
from tenants.accounts.sessions import session_of
from tenants.accounts.signin import keep_device
from tenants.requests import TenantRequest


@never_cache
@require_GET
@trainee_required
def go(request: TenantRequest) -> HttpResponse:
    """From "I am in the classroom" to the room of the enrolment that is being studied, or to where it is said which."""
    mine = Enrolment.objects.filter(user=request.user.pk, admission=Admission.ADMITTED)
    studying = list(mine.filter(hours_state__in=[HoursState.STUDYING, HoursState.CLEARED])[:2])
    if len(studying) != 1:
        return redirect("centre:training")
    return redirect(f"{reverse('learning:room', args=[studying[0].uuid])}?classroom")


@require_POST
@trainee_required
def open_session(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """A sitting under the attestation in force. 409 `attestation.missing` until a teacher has checked the identity."""
    found: Enrolment = get_object_or_404(Enrolment, uuid=enrolment, user=request.user.pk)
    if found.admission != Admission.ADMITTED:
        raise CannotStudy("not_admitted")
    response = JsonResponse({}, status=201)
    session = attesting.open_attested_session(
        request.user,
        request.tenant,
        CameraSession.Purpose.STUDY,
        device=keep_device(request, response),
        ip=request.META.get("REMOTE_ADDR"),
        user_agent=request.headers.get("User-Agent", ""),
        signed_in=session_of(request),
        at=now(),
    )
    response.content = json.dumps({"uuid": str(session.uuid)})
    return response


@never_cache
@require_GET
@trainee_required
def state(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """Whether a teacher's word is in force, and until when at the latest."""
    get_object_or_404(Enrolment, uuid=enrolment, user=request.user.pk)
    running = queries.running_attestation(request.user, now())
    return JsonResponse({"attested": running is not None, "until": running.until.isoformat() if running else None})
