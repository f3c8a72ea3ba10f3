"""The exam's camera: one document in which the face check is made and then the paper is written."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exams import queries, services, watching
from exams.models import Attempt, Supervision
from exams.rules import ExamRules
from exams.texts import paper_texts
from learning.models import Admission, Enrolment
from proctoring import attesting
from proctoring import queries as proctoring
from proctoring import services as camera
from proctoring.models import CameraSession
from tenants.accounts.decorators import trainee_required
from tenants.accounts.sessions import session_of
from tenants.accounts.signin import keep_device
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

EXAM = CameraSession.Purpose.EXAM


def way_of(request: TenantRequest) -> str:
    """How this exam is supervised now: `free`, `attested`, `camera`, or `none` while the profile is not whole."""
    if not rules_for(ExamRules, at=now()).camera:
        return "free"
    if proctoring.running_attestation(request.user, now()):
        return "attested"
    return "none" if proctoring.missing_steps(request.user) else "camera"


def open_sitting(request: TenantRequest, response: HttpResponse, *, attested: bool) -> CameraSession:
    """A sitting for an exam in this browser; a teacher's word or the camera stands for the person."""
    opener = attesting.open_attested_session if attested else camera.open_camera_session
    return opener(
        request.user, request.tenant, EXAM, device=keep_device(request, response),
        ip=request.META.get("REMOTE_ADDR"), user_agent=request.headers.get("User-Agent", ""),
        signed_in=session_of(request), at=now(),
    )  # fmt: skip


@never_cache
@require_GET
@trainee_required
def room(request: TenantRequest, enrolment: UUID) -> HttpResponse:
    """The face check; the same page then shows the paper. Whoever needs none is sent back to the exam's page."""
    found = own_enrolment(request, enrolment)
    standing = queries.standing_of(found)
    if way_of(request) != "camera" or standing.state not in queries.MAY_BEGIN:
        return redirect("exams:start", found.uuid)
    context = {
        "enrolment": found,
        "camera_purpose": "exam",
        "rules": rules_for(ExamRules, at=now()),
        "data": page_data(found),
        "texts": paper_texts(),
    }
    return render(request, "exams/room.html", context)


def page_data(enrolment: Enrolment) -> dict[str, str]:
    """What the page's scripts need to know; nothing of it is believed when it comes back."""
    return {
        "camera": reverse("exams:open_camera", args=[enrolment.uuid]),
        "begin": reverse("exams:begin", args=[enrolment.uuid]),
    }


@require_POST
@trainee_required
def open_camera(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """A camera session for the exam. While a paper is open: the one it is written under, or a new one for it."""
    found = own_enrolment(request, enrolment)
    response = JsonResponse({}, status=201)
    running = Attempt.objects.filter(enrolment=found, submitted_at=None).first()
    session = watching.sitting_of(running) if running else None
    if session is None:
        session = open_sitting(request, response, attested=False)
        if running:
            watching.watch(running, session, at=now())
    response.content = json.dumps({"uuid": str(session.uuid), "socket": f"/ws/camera/{session.uuid}/"})
    return response


@require_POST
@trainee_required
def begin(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """Open a paper under a camera session of the person's that is verified now. Body: `{"camera": uuid}`."""
    found = own_enrolment(request, enrolment)
    attempt = services.start_attempt(found, by=request.user, at=now(), camera=_camera_of(request))
    return JsonResponse({"paper": reverse("exams:paper", args=[attempt.uuid])}, status=201)


def _camera_of(request: TenantRequest) -> CameraSession | None:
    try:
        uuid = UUID(str(json.loads(request.body)["camera"]))
    except (ValueError, TypeError, KeyError):
        return None
    return CameraSession.objects.filter(uuid=uuid, user=request.user.pk).first()


def own_enrolment(request: TenantRequest, uuid: UUID) -> Enrolment:
    mine = Enrolment.objects.select_related("position", "plan", "institution")
    return get_object_or_404(mine.exclude(admission=Admission.WITHDRAWN), uuid=uuid, user=request.user)


def watch_context(attempt: Attempt) -> dict[str, Any]:
    """What the paper's page shows of the supervision: the camera beside it, a teacher's word, or nothing."""
    sitting = watching.sitting_of(attempt)
    if sitting is None and not queries.rules_of(attempt).camera:
        return {"watch": "free"}
    if sitting is not None and sitting.attestation_id:
        return {"watch": "attested"}
    return {"watch": "camera", "camera_purpose": "exam", "data": page_data(attempt.enrolment)}


def look_of(attempt: Attempt) -> str:
    """`waiting`, `accepted`, `voided`, or empty where no person was asked."""
    words = {Supervision.LOOK: "waiting", Supervision.ACCEPTED: "accepted", Supervision.VOIDED: "voided"}
    settled = attempt.supervision == Supervision.LOOK and not attempt.passed
    return "" if settled else words.get(Supervision(attempt.supervision), "")
