"""Exams that the camera leaves in doubt: the evidence, and a person's word."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.console import access, review_screen
from cms.frame import kept, page_of
from cms.words import clock, waited
from exams import looks
from exams.models import Attempt, Supervision
from learning.review.case import Shot, shot_of
from learning.review.words import incident_label
from proctoring.models import FacePhoto, Incident, LivenessAttempt, Snapshot
from proctoring.queries import attestations_of
from tenants.errors import DomainError
from tenants.requests import TenantRequest

TONES = {Supervision.LOOK: "review", Supervision.ACCEPTED: "done", Supervision.VOIDED: "fail"}


@access.console_view(*access.READERS_OF_REVIEWS)
def index(request: TenantRequest) -> HttpResponse:
    """The longest waiting first; what was decided stands under the other view."""
    at, view = now(), request.GET.get("view", "waiting")
    rows = looks.decided_looks() if view == "done" else looks.waiting_looks()
    page = page_of(request, rows)
    for attempt in page.object_list:
        attempt.why = reasons(attempt)
        attempt.waited = waited(at - attempt.graded_at)
        attempt.tone = TONES[Supervision(attempt.supervision)]
    context = {
        "title": _("Exam supervision"),
        "page": page,
        "keep": kept(request),
        "view": view,
        "waiting": looks.waiting_looks().count(),
    }
    return render(request, "console/exam_looks.html", context)


@access.console_view(*access.READERS_OF_REVIEWS, change=access.REVIEWERS)
def case(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Pictures, checks and times of one attempt; POST accepts or voids it."""
    attempt = get_object_or_404(looks.looked_at(), uuid=uuid)
    problem, status = "", 200
    if request.method == "POST":
        try:
            _decide(request, attempt)
            return redirect("console:exam_looks")
        except DomainError as error:
            problem, status = error.message, error.status
            attempt.refresh_from_db()
    return render(request, "console/exam_look.html", _context(request, attempt) | {"problem": problem}, status=status)


def _decide(request: TenantRequest, attempt: Attempt) -> None:
    name = {"name": attempt.user.name}
    if "accept" in request.POST:
        looks.accept_attempt(attempt, by=request.user, at=now())
        messages.success(request, _("%(name)s: the exam counts as passed.") % name)
    else:
        looks.void_attempt(attempt, reason=request.POST.get("reason", "")[:500], by=request.user, at=now())
        messages.success(request, _("%(name)s: the attempt is voided; the exam may be taken again.") % name)


def _context(request: TenantRequest, attempt: Attempt) -> dict[str, Any]:
    sessions = list(attempt.watches.values_list("camera_session", flat=True))
    photos = FacePhoto.objects.filter(
        profile__user=attempt.user_id, profile__institution=attempt.institution_id, replaced_at=None
    )
    checks = LivenessAttempt.objects.filter(session__in=sessions).order_by("started_at")
    incidents = Incident.objects.filter(session__in=sessions).order_by("noted_at")
    findings = attempt.findings
    return {
        "title": f"{attempt.user.name} · {attempt.enrolment.position.name}",
        "parent_title": _("Exam supervision"),
        "parent_url": reverse("console:exam_looks"),
        "attempt": attempt,
        "tone": TONES[Supervision(attempt.supervision)],
        "why": reasons(attempt),
        "length": clock(round(findings.get("total_s", 0) * 1000)),
        "unseen": clock(round(findings.get("unseen_s", 0) * 1000)),
        "bands": review_screen.bands_of(_shots(sessions)),
        "photos": [(review_screen.evidence_url("photo", p.uuid), p.get_kind_display()) for p in photos],
        "checks": review_screen.liveness_rows(checks),
        "events": [(review_screen.moment(one.noted_at), incident_label(one)) for one in incidents],
        "attestations": attestations_of(sessions),
        "may_decide": access.has_role(request.user, *access.REVIEWERS) and attempt.supervision == Supervision.LOOK,
    }


def _shots(sessions: list[int]) -> list[Shot]:
    return [shot_of(row) for row in Snapshot.objects.filter(session__in=sessions).defer("mark").order_by("taken_at")]


def reasons(attempt: Attempt) -> list[str]:
    """Why a person is asked, in words."""
    words = {
        "mismatch": _("somebody else in a picture"),
        "several": _("several people in a picture"),
        "incident": _("an incident at the camera"),
        "unseen": _("%(time)s without a verified face")
        % {"time": clock(round(attempt.findings.get("unseen_s", 0) * 1000))},
        "attested": _("written in the classroom"),
    }
    return [words[code] for code in attempt.findings.get("codes", []) if code in words]
