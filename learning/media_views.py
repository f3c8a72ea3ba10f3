"""Segments and playlists: only what a sitting has earned, or everything once all hours are complete.

In production nginx serves the segments by the same signatures (deploy/nginx/); these views are the demo's way and the
reference of the rules: they look at the sitting and its edge as well.
"""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from learning import media, sitting
from learning.errors import CannotStudy
from learning.models import EndReason, Enrolment, LessonProgress, Media, PlanLesson, StudySession
from learning.playlists import event_playlist, master_playlist, vod_playlist
from learning.queries import unfinished_lessons
from learning.rules import StudyRules
from learning.serving import serve
from learning.signing import is_signed
from tenants.accounts.decorators import trainee_required
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

# A player may still read the end of a lesson that has just been completed; nobody else's page may.
READABLE = ("", EndReason.COMPLETE)
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


@require_GET
@trainee_required
def segment(request: TenantRequest, session: UUID, folder: str, rendition: str, name: str) -> HttpResponse:
    """One part of a sitting's medium in one rendition. 403 with a code for all that is not earned."""
    try:
        found = _readable(request, session)
        if found.progress.media.folder != folder:
            raise CannotStudy("bad_signature", status=403)
        _require_address(request, found, name)
        if name != media.INIT and media.index_of(name) >= _edge(request, found):
            raise CannotStudy("beyond_edge", status=403)
    except CannotStudy as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    return serve(request, f"{found.progress.media.folder}/{rendition}/{name}")


def _readable(request: TenantRequest, uuid: UUID) -> StudySession:
    found = sitting.sitting_of(uuid, request.user)
    if found.end_reason not in READABLE:
        raise CannotStudy(found.end_reason, status=403)
    return found


def _require_address(request: TenantRequest, session: StudySession, name: str) -> None:
    expires, given = request.GET.get("e", ""), request.GET.get("s", "")
    folder = session.progress.media.folder
    if not expires.isdecimal() or not is_signed(session.uuid, folder, name, int(expires), browser_of(request), given):
        raise CannotStudy("bad_signature", status=403)
    if int(expires) < now().timestamp():
        raise CannotStudy("address_expired", status=403)


def browser_of(request: TenantRequest) -> str:
    """What addresses are bound to: the session cookie, as nginx sees it too."""
    return request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _edge(request: TenantRequest, session: StudySession) -> int:
    released = sitting.released_of(session, rules_for(StudyRules, at=now()), browser_of(request))
    return released.edge(session.progress.credited_ms)


@never_cache
@require_GET
@trainee_required
def playlist(request: TenantRequest, session: UUID) -> HttpResponse:
    """The list of renditions over HTTP, for Safari."""
    return HttpResponse(
        master_playlist(_readable(request, session).progress.media.renditions), content_type=PLAYLIST_TYPE
    )


@never_cache
@require_GET
@trainee_required
def rendition_playlist(request: TenantRequest, session: UUID, rendition: str) -> HttpResponse:
    """The EVENT list of one rendition over HTTP, for Safari: it asks again after a while."""
    found = _readable(request, session)
    _require_rendition(found.progress.media, rendition)
    released = sitting.released_of(found, rules_for(StudyRules, at=now()), browser_of(request))
    progress = found.progress
    text = event_playlist(released, rendition, progress.credited_ms, progress.duration_ms, now().timestamp())
    return HttpResponse(text, content_type=PLAYLIST_TYPE)


def _require_rendition(medium: Media, name: str) -> None:
    if name not in {one["name"] for one in medium.renditions}:
        raise Http404


@require_GET
@trainee_required
def captions(request: TenantRequest, session: UUID) -> HttpResponse:
    """The captions of the sitting's lesson."""
    return serve(request, f"{_readable(request, session).progress.media.folder}/{media.CAPTIONS}")


@require_GET
@trainee_required
def replay(request: TenantRequest, enrolment: UUID, lesson: int, name: str, rendition: str = "") -> HttpResponse:
    """Any file of any lesson, freely, once all hours of the enrolment are complete."""
    found = get_object_or_404(Enrolment, uuid=enrolment, user=request.user.pk)
    get_object_or_404(PlanLesson, plan=found.plan_id, lesson=lesson)
    if unfinished_lessons(found).exists():
        return JsonResponse({"code": "study.beyond_edge", "message": CannotStudy("beyond_edge").message}, status=403)
    medium = LessonProgress.objects.select_related("media").get(enrolment=found, lesson=lesson).media
    if rendition:
        _require_rendition(medium, rendition)
    if name == media.PLAYLIST:
        text = vod_playlist(medium) if rendition else master_playlist(medium.renditions)
        return HttpResponse(text, content_type=PLAYLIST_TYPE)
    if name == media.CAPTIONS and not rendition:
        return serve(request, f"{medium.folder}/{name}")
    if rendition and media.is_part(name):
        return serve(request, f"{medium.folder}/{rendition}/{name}")
    raise Http404
