"""Doors of consent, reference photos and evidence. No address here ever answers a trainee with a picture of a face."""

import json
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from proctoring import queries, services, supervision, vault
from proctoring.camera_told import CameraTold
from proctoring.consent_text import archived
from proctoring.errors import FaceBusy, PhotoRefused, SessionClosed
from proctoring.models import FacePhoto, LivenessAttempt, Snapshot
from proctoring.rules import ProctoringRules
from proctoring.stills import SENTENCES, as_json
from tenants.accounts.decorators import trainee_required
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.ratelimit import allowed
from tenants.roles.decorators import role_required
from tenants.roles.roles import Role
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

EVIDENCE = {"photo": FacePhoto, "attempt": LivenessAttempt, "snapshot": Snapshot}
FORM_OVERHEAD = 20_000  # bytes of a multipart form around the picture
LOOK_MAX_BYTES = 120_000  # a frame that was scaled down by the page
LOOKS_A_MINUTE = 60
TOLD_MAX_BYTES = 2000


def at_an_institution(view: Any) -> Any:
    """Consent and reference photos belong to an institution: on the portal these addresses do not exist."""

    @wraps(view)
    def wrapped(request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.tenant.is_association:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@never_cache
@trainee_required
@at_an_institution
@require_http_methods(["GET", "POST"])
def consent(request: Any) -> HttpResponse:
    """The separate consent to face data: read it, give it, or see what refusing leads to."""
    if request.method == "POST":
        if request.POST.get("understood") != "yes":
            return _consent_page(request, error=True)
        services.give_consent(
            request.user, request.tenant, by=request.user, at=timezone.now(), ip=request.META.get("REMOTE_ADDR")
        )
        return redirect(_next(request))
    return _consent_page(request)


@require_GET
def consent_text(request: Any, version: str) -> HttpResponse:
    """The text of one version, word for word as it was agreed to. Anybody may read it."""
    text = archived(version)
    if text is None:
        raise Http404
    return render(request, "proctoring/consent_text.html", {"version": version, "lines": text.splitlines()})


@trainee_required
@require_GET
def invigilated(request: Any) -> HttpResponse:
    """The other way: study in the institution's classroom, where a teacher checks the identity."""
    at = timezone.now()
    here = not request.tenant.is_association
    context = {
        "rules": rules_for(ProctoringRules, at=at),
        "attestation": queries.running_attestation(request.user, at) if here else None,
    }
    return render(request, "proctoring/invigilated.html", context)


@trainee_required
@at_an_institution
@require_POST
def withdraw(request: Any) -> HttpResponse:
    """Take the consent back."""
    services.withdraw_consent(
        request.user, request.tenant, by=request.user, at=timezone.now(), ip=request.META.get("REMOTE_ADDR")
    )
    return redirect("proctoring:consent")


def photo_door(view: Any) -> Any:
    """A picture of a known kind by the person: a `DomainError` becomes the answer that photo.js reads."""

    @trainee_required
    @at_an_institution
    @require_POST
    @wraps(view)
    def wrapped(request: Any, kind: str) -> JsonResponse:
        if kind not in FacePhoto.Kind.values:
            return JsonResponse({"code": "photo.unknown_kind"}, status=404)
        try:
            return view(request, kind)
        except DomainError as error:
            return JsonResponse({"code": error.code, "message": error.message, "saved": False}, status=error.status)

    return wrapped


def _picture_of(request: Any, limit: int) -> bytes:
    """The multipart field `photo`, at most one byte over the limit. Raises `PhotoRefused`."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit + FORM_OVERHEAD:
        raise PhotoRefused("photo.too_large", status=413)
    upload = request.FILES.get("photo")
    if upload is None:
        raise PhotoRefused("photo.not_an_image", status=400)
    return bytes(upload.read(limit + 1))


@photo_door
def save_photo(request: Any, kind: str) -> JsonResponse:
    """A reference photo (multipart field `photo`). The answer measures it; the page keeps showing its local copy."""
    limit = rules_for(ProctoringRules, at=timezone.now()).photo_max_bytes
    report = services.save_photo(
        request.user, request.tenant, kind, _picture_of(request, limit), by=request.user, at=timezone.now()
    )
    return JsonResponse(
        {
            "code": report.code,
            "message": str(SENTENCES[report.code]),
            "saved": report.saved,
            "checks": as_json(report.checks),
            "missing": queries.missing_steps(request.user),
        }
    )


@photo_door
def look(request: Any, kind: str) -> JsonResponse:
    """One frame while the camera is aimed: what is wrong with it. Nothing is kept."""
    at = timezone.now()
    if not allowed("photo.look", str(request.user.pk), a_minute=LOOKS_A_MINUTE, at=at):
        raise FaceBusy
    code = services.look_at_frame(request.user, kind, _picture_of(request, LOOK_MAX_BYTES), at=at)
    return JsonResponse({"code": code, "message": str(SENTENCES[code])})


@trainee_required
@at_an_institution
@require_POST
def camera_of(request: Any, session: Any) -> HttpResponse:
    """What the browser calls the camera of one's own open session (JSON): a hint for the review, nothing else."""
    if queries.open_session(session, request.user) is None:
        raise SessionClosed
    try:
        told = CameraTold.of(json.loads(request.body if len(request.body) <= TOLD_MAX_BYTES else b""))
    except (ValueError, TypeError):
        return JsonResponse({"code": "camera.bad_message"}, status=400)
    supervision.tell_camera(session, request.user, told, at=timezone.now())
    return HttpResponse(status=204)


@never_cache
@require_GET
@role_required(Role.SUPERADMIN, Role.HOURS_REVIEWER, Role.AUDITOR, Role.CERTIFICATE_CLERK, Role.MANAGER, Role.REGISTRAR)
def evidence(request: Any, kind: str, row: Any, size: str = "") -> HttpResponse:
    """One sealed picture for staff, or its thumbnail (`size` small); the audit row is committed before a byte leaves.
    Never one's own."""
    if kind not in EVIDENCE:
        return HttpResponse(status=404)
    # The association's reviewers look at every institution's pictures; everybody else at their own only.
    with province_scope() if request.tenant.is_association else nullcontext():
        found: Any = get_object_or_404(EVIDENCE[kind].objects.select_related("institution"), uuid=row)
        person = found.profile.user_id if kind == "photo" else found.session.user_id
    if person == request.user.pk or not found.frame:
        return HttpResponse(status=404)
    record(
        "face_evidence.read", actor=request.user, subject=found, institution=found.institution, at=timezone.now(),
        kind=kind, **({"size": size} if size else {}),
    )  # fmt: skip
    picture = vault.get(found, field="thumb" if size and found.thumb else "frame")
    answer = HttpResponse(picture, content_type="image/png" if picture.startswith(b"\x89PNG") else "image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Disposition"] = "inline"
    return answer


def _next(request: Any) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted else "/my/profile/"


def _consent_page(request: Any, *, error: bool = False) -> HttpResponse:
    rules = rules_for(ProctoringRules, at=timezone.now())
    context = {
        "consent": queries.consent_of(request.user),
        "consent_version": rules.consent_version,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "error": _("Please tick the box first, or choose the other way.") if error else "",
    }
    return render(request, "proctoring/consent.html", context, status=400 if error else 200)
