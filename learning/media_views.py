"""Segments and playlists: only what a sitting has earned, or everything once all hours are complete.

In production nginx serves the files (`secure_link`); these views are the demo's way and the reference of the rules.
"""

from pathlib import Path
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from learning import media, sitting
from learning.errors import CannotStudy
from learning.models import EndReason, Enrolment, Media, PlanLesson, StudySession
from learning.playlists import event_playlist, vod_playlist
from learning.queries import unfinished_lessons
from learning.rules import StudyRules
from learning.signing import INIT_INDEX, is_signed
from tenants.accounts.decorators import trainee_required
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

# A player may still read the end of a lesson that has just been completed; nobody else's page may.
READABLE = ("", EndReason.COMPLETE)


@require_GET
@trainee_required
def segment(request: TenantRequest, session: UUID, index: int) -> HttpResponse:
    """One segment of a sitting (`index` −1: the initialisation). 403 with a code for all that is not earned."""
    try:
        found = _readable(request, session)
        _require_address(request, session, index)
        if index >= _edge(found):
            raise CannotStudy("beyond_edge", status=403)
    except CannotStudy as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    return _file(found.lesson.video, media.INIT if index == INIT_INDEX else media.segment_name(index))


def _readable(request: TenantRequest, uuid: UUID) -> StudySession:
    found = sitting.sitting_of(uuid, request.user)
    if found.end_reason not in READABLE:
        raise CannotStudy(found.end_reason, status=403)
    return found


def _require_address(request: TenantRequest, session: UUID, index: int) -> None:
    expires = request.GET.get("e", "")
    if not expires.isdecimal() or not is_signed(session, index, int(expires), request.GET.get("s", "")):
        raise CannotStudy("bad_signature", status=403)
    if int(expires) < now().timestamp():
        raise CannotStudy("address_expired", status=403)


def _edge(session: StudySession) -> int:
    return sitting.released_of(session, rules_for(StudyRules, at=now())).edge(session.progress.credited_ms)


def _file(medium: Media, name: str) -> HttpResponse:
    """A file of a medium's folder; the name is one of ours, never one from a request."""
    path = Path(settings.COURSEWARE_ROOT) / medium.folder / name
    if not path.is_file():
        raise Http404
    kinds = {".vtt": "text/vtt; charset=utf-8"}
    response = FileResponse(path.open("rb"), content_type=kinds.get(path.suffix, "video/mp4"))
    response["Cache-Control"] = "private, max-age=600"
    return cast(HttpResponse, response)  # the decorators' type; a FileResponse is one in all but ancestry


@never_cache
@require_GET
@trainee_required
def playlist(request: TenantRequest, session: UUID) -> HttpResponse:
    """The EVENT list over HTTP, for Safari: the page asks again after each ack."""
    found = _readable(request, session)
    released = sitting.released_of(found, rules_for(StudyRules, at=now()))
    text = event_playlist(released, found.progress.credited_ms, found.progress.duration_ms, now().timestamp())
    return HttpResponse(text, content_type="application/vnd.apple.mpegurl")


@require_GET
@trainee_required
def captions(request: TenantRequest, session: UUID) -> HttpResponse:
    """The captions of the sitting's lesson."""
    return _file(_readable(request, session).lesson.video, media.CAPTIONS)


@require_GET
@trainee_required
def replay(request: TenantRequest, enrolment: UUID, lesson: int, name: str) -> HttpResponse:
    """Any file of any lesson, freely, once all hours of the enrolment are complete."""
    found = get_object_or_404(Enrolment, uuid=enrolment, user=request.user.pk)
    item = get_object_or_404(PlanLesson.objects.select_related("lesson__media"), plan=found.plan_id, lesson=lesson)
    if unfinished_lessons(found).exists():
        return JsonResponse({"code": "study.beyond_edge", "message": CannotStudy("beyond_edge").message}, status=403)
    medium = item.lesson.media
    if medium is None:
        raise Http404
    if name == media.PLAYLIST:
        return HttpResponse(vod_playlist(medium), content_type="application/vnd.apple.mpegurl")
    if name not in (media.INIT, media.CAPTIONS) and not media.SEGMENT.match(name):
        raise Http404
    return _file(medium, name)
