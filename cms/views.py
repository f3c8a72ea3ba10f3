"""What a site serves beside its pages: its colours and its editors' pictures."""

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.utils.timezone import localdate
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cms import favicon
from cms.fees import notices_in_force
from cms.models import HomePage
from cms.queries import palette_of
from tenants import brand
from tenants.models import Logo
from tenants.requests import TenantRequest

# What Wagtail's image form lets in; anything else that lies in the folder is not served.
IMAGE_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
A_YEAR_S = 365 * 24 * 3600
A_MINUTE_S = 60


@require_safe
def brand_css(request: TenantRequest) -> HttpResponse:
    """The tenant's colours. With the content hash in the address they may be kept for ever, without it a minute."""
    colours = palette_of(request.tenant)
    response = HttpResponse(brand.stylesheet(colours), content_type="text/css; charset=utf-8")
    if request.GET.get("v") == brand.digest(colours):
        response["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    else:
        response["Cache-Control"] = f"public, max-age={A_MINUTE_S}"
    return response


@require_safe
def logo(request: TenantRequest) -> HttpResponse:
    """The tenant's own logo. With its digest in the address it may be kept for ever, without it a minute."""
    found = Logo.objects.filter(institution=request.tenant).first()
    if found is None:
        raise Http404
    return _picture(bytes(found.png), "image/png", for_ever=request.GET.get("v") == request.tenant.logo_digest)


@require_safe
def favicon_png(request: TenantRequest) -> HttpResponse:
    """The picture in the browser's tab. With its digest in the address it may be kept for ever."""
    current = request.GET.get("v") == favicon.digest_of(request.tenant)
    return _picture(favicon.png_of(request.tenant), "image/png", for_ever=current)


@require_safe
def favicon_ico(request: TenantRequest) -> HttpResponse:
    """The same under the name that browsers try by themselves."""
    return _picture(favicon.ico_of(request.tenant), "image/x-icon", for_ever=False)


def _picture(data: bytes, kind: str, *, for_ever: bool) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    lasting = f"max-age={A_YEAR_S}, immutable" if for_ever else f"max-age={A_MINUTE_S}"
    response["Cache-Control"] = f"public, {lasting}"
    return response


@require_safe
def fees_in_force(request: TenantRequest) -> HttpResponse:
    """On to the fee notice in force: an address that the portal can give without reading each schema."""
    if not HomePage.objects.live().exists():
        raise Http404
    notice = notices_in_force(localdate()).last()
    return HttpResponseRedirect(f"/{notice.slug}/" if notice else "/#fees")


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def image(request: TenantRequest, schema: str, name: str) -> FileResponse:
    """A picture of this tenant's own media folder (in production the web server answers before we do)."""
    kind = IMAGE_TYPES.get(PurePosixPath(name).suffix.lower())
    if kind is None or schema != request.tenant.schema_name:
        raise Http404
    try:
        file = default_storage.open(f"images/{name}")
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    response = FileResponse(file, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    return response
