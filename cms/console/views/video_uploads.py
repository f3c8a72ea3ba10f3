"""Video files on their way into the library: received in pieces, then converted by a worker."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.console import access
from cms.console.course_forms import CaptionsForm
from cms.console.views.courses import tabs
from cms.frame import kept, page_of
from learning import catalogue_queries, errors, services
from learning.models import Course, Lesson, MediaUpload, UploadState
from tenants.errors import DomainError
from tenants.requests import TenantRequest

PIECE_MAX = 8 * 1024 * 1024
RUNNING = (UploadState.QUEUED, UploadState.ENCODING)
TONES = {
    UploadState.RECEIVING: "chg", UploadState.QUEUED: "wait", UploadState.ENCODING: "chg", UploadState.DONE: "done",
    UploadState.FAILED: "fail", UploadState.CANCELLED: "off",
}  # fmt: skip


@access.console_view(*access.READERS_OF_COURSES)
@require_safe
def index(request: TenantRequest) -> HttpResponse:
    """All uploads, newest first, and the form that begins one."""
    page = page_of(request, MediaUpload.objects.select_related("by", "lesson", "course"))
    for upload in page.object_list:
        dress(upload)
    course = _chosen(Course, request.GET.get("course", ""))
    lesson = _chosen(Lesson, request.GET.get("lesson", ""))
    context = {
        "title": _("Video uploads"),
        "page": page,
        "keep": kept(request),
        "views": tabs("video_uploads"),
        "course": course,
        "lesson": lesson,
        "courses": Course.objects.all(),
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }
    return render(request, "console/courses/uploads.html", context)


def _chosen(model: Any, pk: Any) -> Any:
    return model.objects.filter(pk=pk).first() if str(pk).isdecimal() else None


def dress(upload: MediaUpload) -> None:
    """What the templates show of an upload besides its fields."""
    upload.tone = TONES[UploadState(upload.state)]  # type: ignore[attr-defined]
    upload.is_running = upload.state in RUNNING  # type: ignore[attr-defined]
    upload.part = 100 * upload.received // upload.size if upload.size else 0  # type: ignore[attr-defined]
    upload.takes_captions = upload.state in (UploadState.RECEIVING, UploadState.QUEUED)  # type: ignore[attr-defined]
    upload.may_retry = upload.state == UploadState.FAILED and upload.error in errors.PASSING  # type: ignore[attr-defined]
    upload.why = refusal_words(upload.error)  # type: ignore[attr-defined]


def refusal_words(code: str) -> str:
    if not code:
        return ""
    return str(errors.MEDIA_REFUSALS.get(code, _("The file could not be converted.")))


def in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals as the upload's script reads them: code, sentence and how much is there."""

    @wraps(view)
    def wrapped(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            said = {"code": error.code, "message": error.message, "received": getattr(error, "received", None)}
            return JsonResponse(said, status=error.status)

    return wrapped


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
@in_json
def begin(request: TenantRequest) -> HttpResponse:
    """JSON in: name, size, and a lesson or a course (with `split`); JSON out: where the pieces go."""
    try:
        asked = json.loads(request.body)
        name, size = str(asked["name"]), int(asked["size"])
    except (ValueError, KeyError, TypeError):
        return _refused(400, "malformed", _("The message is not well formed."))
    course = _chosen(Course, asked.get("course"))
    if asked.get("split") and course is None:
        return _refused(400, "upload.split", _("Choose the course whose lessons the chapters become."))
    upload = services.begin_upload(
        name,
        size,
        lesson=_chosen(Lesson, asked.get("lesson")),
        course=course,
        split=bool(asked.get("split")),
        by=request.user,
        at=now(),
    )
    return JsonResponse(_state(upload), status=201)


def _state(upload: MediaUpload) -> dict[str, Any]:
    return {
        "uuid": str(upload.uuid),
        "state": upload.state,
        "received": upload.received,
        "size": upload.size,
        "data": reverse("console:video_upload_data", args=[upload.uuid]),
        "captions": reverse("console:video_upload_captions", args=[upload.uuid]),
        "cancel": reverse("console:video_upload_cancel", args=[upload.uuid]),
        "page": reverse("console:video_upload", args=[upload.uuid]),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "PATCH"])
@access.console_view(*access.READERS_OF_COURSES, change=access.EDITORS_OF_COURSES)
@in_json
def data(request: TenantRequest, uuid: str) -> HttpResponse:
    """GET: how far it is. PATCH: the piece that begins at `Upload-Offset`; at most 8 MiB, read as a stream, so that
    memory does not grow with the file."""
    upload = get_object_or_404(MediaUpload, uuid=uuid)
    if request.method == "PATCH":
        length, offset = request.headers.get("Content-Length", ""), request.headers.get("Upload-Offset", "")
        if not length.isdecimal():
            return _refused(411, "upload.length", _("The piece does not say how long it is."))
        if int(length) > PIECE_MAX:
            return _refused(413, "upload.piece", _("The piece is too large."))
        if not offset.isdecimal():
            return _refused(400, "upload.offset", _("The piece does not say where it belongs."))
        upload = services.receive_piece(upload, int(offset), request.read(int(length)), at=now())
    return JsonResponse(_state(upload))


def _refused(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


@never_cache
@require_safe
@access.console_view(*access.READERS_OF_COURSES)
def page(request: TenantRequest, uuid: str) -> HttpResponse:
    return render(request, "console/courses/upload.html", _context(request, uuid))


def _context(request: TenantRequest, uuid: str, captions_form: CaptionsForm | None = None) -> dict[str, Any]:
    upload = get_object_or_404(MediaUpload.objects.select_related("by", "lesson__media", "course"), uuid=uuid)
    dress(upload)
    made = list(upload.media.prefetch_related("lessons").order_by("chapter"))
    return {
        "title": upload.name,
        "parent_title": _("Video uploads"),
        "parent_url": reverse("console:video_uploads"),
        "upload": upload,
        "made": made,
        "chapters": upload.probed.get("chapters", []),
        "lessons": catalogue_queries.library() if any(not medium.lessons.all() for medium in made) else [],
        "captions_form": captions_form or CaptionsForm(),
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }


@never_cache
@require_safe
@access.console_view(*access.READERS_OF_COURSES)
def state(request: TenantRequest, uuid: str) -> HttpResponse:
    """The part of the page that changes while a worker converts; htmx asks for it."""
    return render(request, "console/courses/_upload_state.html", _context(request, uuid))


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def captions(request: TenantRequest, uuid: str) -> HttpResponse:
    upload = get_object_or_404(MediaUpload, uuid=uuid)
    form = CaptionsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.set_captions(upload, form.cleaned_data["captions"].read(), by=request.user, at=now())
        except errors.BadUpload as error:
            form.add_error("captions", error.message)
        else:
            messages.success(request, _("The captions are saved."))
            return redirect("console:video_upload", uuid=uuid)
    return render(request, "console/courses/upload.html", _context(request, uuid, form), status=400)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def attach(request: TenantRequest, uuid: str) -> HttpResponse:
    """Give a converted video to a lesson; who has begun the lesson keeps the old one."""
    upload = get_object_or_404(MediaUpload, uuid=uuid)
    medium = next((one for one in upload.media.all() if str(one.uuid) == request.POST.get("media")), None)
    lesson = _chosen(Lesson, request.POST.get("lesson", ""))
    if medium is None or lesson is None:
        messages.error(request, _("Choose a lesson first."))
        return redirect("console:video_upload", uuid=uuid)
    try:
        services.attach_media(lesson, medium, by=request.user, at=now())
    except errors.CannotUseMedia as error:
        messages.error(request, error.message)
        return redirect("console:video_upload", uuid=uuid)
    messages.success(request, _("The lesson has this video from now on."))
    return redirect("console:lesson", pk=lesson.pk)


def _verb(act: str, words: Callable[[], str]) -> Callable[..., HttpResponse]:
    """A button on an upload: the service of this name, and the sentence that says it is done."""

    @require_POST
    @access.console_view(*access.EDITORS_OF_COURSES)
    def view(request: TenantRequest, uuid: str) -> HttpResponse:
        upload = get_object_or_404(MediaUpload, uuid=uuid)
        try:
            getattr(services, act)(upload, by=request.user, at=now())
            messages.success(request, words())
        except errors.BadUpload as error:
            messages.error(request, error.message)
        return redirect("console:video_upload", uuid=uuid)

    return view


cancel = _verb("cancel_upload", lambda: _("The upload is cancelled."))
retry = _verb("retry_upload", lambda: _("It is converted once more."))
