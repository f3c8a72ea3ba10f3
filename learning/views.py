"""The study room and its HTTP doors. The heartbeat's first door is the socket; `hello` and `beat` are its fallback."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from learning import queries, services, sitting
from learning.abuse import WINDOW_S, is_too_many, note_refusal
from learning.errors import CameraNotVerified, CannotStudy
from learning.media import CAPTIONS
from learning.media_views import browser_of
from learning.models import Admission, Enrolment, StudySession
from learning.old_browsers import modern_browser_required
from learning.protocol import BadMessage, ack, beat_of, refusal
from learning.rules import StudyRules
from learning.traces import LONGEST, report_of
from learning.words import classroom_texts, room_texts
from proctoring import queries as proctoring
from proctoring import services as camera
from proctoring.models import CameraSession
from tenants.accounts.decorators import trainee_required
from tenants.accounts.sessions import session_of
from tenants.accounts.signin import keep_device
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

MOST_OPTIONS = 6
REPORTS_A_MINUTE, REPORTS_AT_ONCE = 4, 12  # of one sitting's page; an honest one sends one in five minutes


@never_cache
@require_GET
@modern_browser_required
@trainee_required
def room(request: TenantRequest, enrolment: UUID) -> HttpResponse:
    """One document: the camera check, then the lesson. Whatever stands in the way is said with its remedy."""
    found = _own(request, enrolment)
    progress = queries.progress_of(found)
    context = {"enrolment": found, "progress": progress, "texts": room_texts()}
    if found.admission != Admission.ADMITTED:
        return render(request, "learning/not_yet.html", context | {"reason": found.admission})
    context["data"] = _page_data(found, progress)
    if progress.is_complete:
        return render(request, "learning/replay.html", context)
    if "classroom" in request.GET:
        return render(request, "learning/room.html", _in_the_classroom(found, context))
    if missing := proctoring.missing_steps(request.user):
        return render(request, "learning/not_yet.html", context | {"reason": "profile", "missing": missing})
    return render(request, "learning/room.html", context)


def _in_the_classroom(enrolment: Enrolment, context: dict[str, Any]) -> dict[str, Any]:
    """The same room under a teacher's word instead of the camera."""
    places = {
        "camera": reverse("learning:open_classroom", args=[enrolment.uuid]),
        "state": reverse("learning:classroom_state", args=[enrolment.uuid]),
        "here": f"{context['data']['here']}?classroom",
    }
    return context | {
        "classroom": True,
        "data": context["data"] | places,
        "texts": context["texts"] | classroom_texts(),
    }


def _own(request: TenantRequest, uuid: UUID) -> Enrolment:
    return get_object_or_404(
        Enrolment.objects.select_related("position", "plan", "institution"), uuid=uuid, user=request.user.pk
    )


def _page_data(enrolment: Enrolment, progress: queries.Progress) -> dict[str, Any]:
    """What the page's modules need to know; nothing of it is ever believed when it comes back."""

    def captions_of(line: queries.LessonLine) -> str:
        return reverse("learning:replay", args=[enrolment.uuid, line.lesson_id, CAPTIONS]) if line.has_captions else ""

    return {
        "camera": reverse("learning:open_camera", args=[enrolment.uuid]),
        "session": reverse("learning:open_session", args=[enrolment.uuid]),
        "here": reverse("learning:room", args=[enrolment.uuid]),
        "test": reverse("learning:device_test", args=[enrolment.uuid]),
        "hours": _hours_of_day(),
        "hours_required": float(progress.hours_required),
        "lessons": [
            {
                "id": line.lesson_id,
                "order": line.order,
                "title": line.title,
                "hours": float(line.hours),
                "credited_ms": line.credited_ms,
                "duration_ms": line.duration_ms,
                "done": line.is_done,
                "captions": captions_of(line),
            }
            for line in progress.lessons
        ],
    }


def _hours_of_day() -> dict[str, str]:
    """When study counts, as a clock shows it: 06:00, 24:00."""
    rules = rules_for(StudyRules, at=now())
    minutes = {"opens": rules.opens_minute, "closes": rules.closes_minute}
    return {name: f"{minute // 60:02d}:{minute % 60:02d}" for name, minute in minutes.items()}


@require_POST
@trainee_required
def open_camera(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """A camera session for this sitting; its socket does the check."""
    found = _own(request, enrolment)
    if found.admission != Admission.ADMITTED:
        raise CannotStudy("not_admitted")
    response = JsonResponse({}, status=201)
    session = camera.open_camera_session(
        request.user,
        request.tenant,
        CameraSession.Purpose.STUDY,
        device=keep_device(request, response),
        ip=request.META.get("REMOTE_ADDR"),
        user_agent=request.headers.get("User-Agent", ""),
        signed_in=session_of(request),
        at=now(),
    )
    response.content = json.dumps({"uuid": str(session.uuid), "socket": f"/ws/camera/{session.uuid}/"})
    return response


@require_POST
@trainee_required
def open_session(request: TenantRequest, enrolment: UUID) -> JsonResponse:
    """The next lesson, under a camera session of the person's that is verified now. Body: `{"camera": uuid}`."""
    found = _own(request, enrolment)
    session = services.open_study_session(found, _camera_of(request), by=request.user, at=now())
    lesson = session.lesson
    return JsonResponse(
        {
            "uuid": str(session.uuid),
            "lesson": lesson.pk,
            "socket": f"/ws/study/{session.uuid}/",
            "hello": reverse("learning:hello", args=[session.uuid]),
            "beat": reverse("learning:beat", args=[session.uuid]),
            "end": reverse("learning:end", args=[session.uuid]),
            "playlist": reverse("learning:playlist", args=[session.uuid]),
            "question": reverse("learning:question", args=[session.uuid]),
            "answer": reverse("learning:answer", args=[session.uuid]),
            "trace": reverse("learning:trace", args=[session.uuid]),
            "captions": reverse("learning:captions", args=[session.uuid])
            if session.progress.media.has_captions
            else "",
        },
        status=201,
    )


def _camera_of(request: TenantRequest) -> CameraSession:
    try:
        uuid = UUID(str(_body(request).get("camera")))
    except ValueError:
        raise CameraNotVerified() from None
    session = CameraSession.objects.filter(uuid=uuid, user=request.user.pk).first()
    if session is None:
        raise CameraNotVerified()
    return session


def _body(request: TenantRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


@never_cache
@require_POST
@trainee_required
def hello(request: TenantRequest, session: UUID) -> JsonResponse:
    """Take the sitting up without a socket."""
    at, agent = now(), request.headers.get("User-Agent", "")
    if is_too_many(session, at):
        return _refused(sitting.sitting_of(session, request.user), "study.too_many", 429, at)
    begun = sitting.begin(session, request.user, browser_of(request), at, agent=agent, by_socket=False)
    return JsonResponse(begun.hello)


@never_cache
@require_POST
@trainee_required
def beat(request: TenantRequest, session: UUID) -> JsonResponse:
    """One beat without a socket: same message, same statement, same answer, plus `lesson_complete` when it is."""
    found, at = sitting.sitting_of(session, request.user), now()
    if is_too_many(session, at):
        return _refused(found, "study.too_many", 429, at)
    try:
        one = beat_of(request.body.decode(errors="replace"), found.pk)
    except BadMessage as bad:
        return _refused(found, bad.code, 400, at)
    credited = services.beat(one)
    if not credited.accepted and credited.refusal == "stale":
        return _refused(found, "study.stale", 409, at)
    if not credited.accepted:
        return JsonResponse(refusal(f"study.{credited.refusal}", fatal=True), status=409)
    released = sitting.released_of(found, rules_for(StudyRules, at=at), browser_of(request))
    answer = ack(credited, released, released.edge((credited.credited_ms or 0) - (credited.credit_ms or 0)))
    if credited.complete:
        answer["after"] = sitting.finish(found.enrolment, at)
    return JsonResponse(answer)


def _refused(session: StudySession, code: str, status: int, at: datetime) -> JsonResponse:
    """A message that no honest page sends twenty of."""
    note_refusal(session, code, at)
    again = {"Retry-After": str(round(WINDOW_S))} if status == 429 else {}
    return JsonResponse(refusal(code, fatal=False), status=status, headers=again)


@never_cache
@require_GET
@trainee_required
def question(request: TenantRequest, session: UUID) -> JsonResponse:
    """The question that stands open; which option is right stays here."""
    found = sitting.sitting_of(session, request.user)
    one = services.open_question(found)
    assert found.answer_by is not None
    left_s = max(0.0, (found.answer_by - now()).total_seconds())
    return JsonResponse(
        {"question": str(one.uuid), "stem": one.stem, "options": one.options, "left_s": round(left_s, 1)}
    )


@never_cache
@require_POST
@trainee_required
def answer(request: TenantRequest, session: UUID) -> JsonResponse:
    """An answer to it. Body: `{"question": uuid, "choice": index from 0}`."""
    found, body = sitting.sitting_of(session, request.user), _body(request)
    choice = body.get("choice")
    if type(choice) is not int or not 0 <= choice < MOST_OPTIONS:
        return JsonResponse(refusal("study.malformed", fatal=False), status=400)
    check = services.answer_question(found, str(body.get("question")), choice, at=now())
    return JsonResponse({"right": check.right})


@require_POST
@trainee_required
def trace(request: TenantRequest, session: UUID) -> HttpResponse:
    """What happened on the page since its last report (`learning.traces`): a hint for the review, nothing else."""
    found = sitting.sitting_of(session, request.user)
    at = now()
    if not allowed("trace", str(found.pk), a_minute=REPORTS_A_MINUTE, burst=REPORTS_AT_ONCE, at=at):
        return JsonResponse(refusal("study.too_many", fatal=False), status=429)
    try:
        report = report_of(_body(request) if len(request.body) <= LONGEST else None)
    except BadMessage as bad:
        return JsonResponse(refusal(bad.code, fatal=False), status=400)
    services.note_trace(found, report, at=at)
    return HttpResponse(status=204)


@require_POST
@trainee_required
def end(request: TenantRequest, session: UUID) -> HttpResponse:
    """The page is being left."""
    services.end_study_session(sitting.sitting_of(session, request.user), by=request.user, at=now())
    return HttpResponse(status=204)
