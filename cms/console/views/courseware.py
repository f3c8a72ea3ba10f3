"""The staff's look at courseware: any file of an encoded video, to the roles that care for the library.

Not audited: it is the province's own teaching material and shows nothing of anybody (ADR 0145).
"""

from typing import cast

from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.console import access
from learning import media, services
from learning.errors import CannotUseMedia
from learning.models import Media
from learning.playlists import master_playlist, vod_playlist
from tenants.requests import TenantRequest

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
POSTER = "poster.jpg"
KINDS = {media.CAPTIONS: "text/vtt; charset=utf-8", POSTER: "image/jpeg"}


@require_safe
@access.console_view(*access.READERS_OF_COURSES)
def file(request: TenantRequest, uuid: str, name: str, rendition: str = "") -> HttpResponse:
    """A playlist, written from the row; a part of a rendition; captions or poster."""
    medium = get_object_or_404(Media, uuid=uuid)
    if rendition and rendition not in {one["name"] for one in medium.renditions}:
        raise Http404
    if name == media.PLAYLIST:
        text = vod_playlist(medium) if rendition else master_playlist(medium.renditions)
        return HttpResponse(text, content_type=PLAYLIST_TYPE)
    if rendition and media.is_part(name):
        return _stored(f"{medium.folder}/{rendition}/{name}", "video/mp4")
    if not rendition and name in KINDS:
        return _stored(f"{medium.folder}/{name}", KINDS[name])
    raise Http404


def _stored(path: str, kind: str) -> HttpResponse:
    storage = storages["courseware"]
    if not storage.exists(path):
        raise Http404
    response = FileResponse(storage.open(path), content_type=kind)
    response["Cache-Control"] = "private, max-age=600"
    return cast(HttpResponse, response)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def withdraw(request: TenantRequest, uuid: str) -> HttpResponse:
    medium = get_object_or_404(Media, uuid=uuid)
    try:
        services.withdraw_media(medium, by=request.user, at=now())
        messages.success(request, _("The video is withdrawn: nobody begins it any more."))
    except CannotUseMedia as error:
        messages.error(request, error.message)
    if medium.upload is None:
        return redirect("console:video_uploads")
    return redirect("console:video_upload", uuid=medium.upload.uuid)
