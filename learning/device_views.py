"""The test of camera and network before anything else (设备检测)."""

import os
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from learning import queries
from learning.models import Enrolment
from learning.old_browsers import modern_browser_required
from learning.words import device_texts
from tenants.accounts.decorators import trainee_required
from tenants.requests import TenantRequest

SAMPLE_KIB = 512
NO_SITTING = UUID(int=0)  # a socket's path that is always refused, politely: enough to see that sockets get through


@never_cache
@require_GET
@modern_browser_required
@trainee_required
def device_test(request: TenantRequest, enrolment: UUID) -> HttpResponse:
    """Browser, camera, connection, speed, clock and sound, with what to do about each."""
    found: Enrolment = get_object_or_404(
        Enrolment.objects.select_related("position", "plan", "institution"), uuid=enrolment, user=request.user.pk
    )
    context = {"enrolment": found, "data": _data(found), "texts": device_texts(), "checks": _checks()}
    return render(request, "learning/test.html", context)


def _checks() -> list[dict[str, str]]:
    titles = {
        "browser": _("Browser"),
        "camera": _("Camera"),
        "socket": _("Connection"),
        "speed": _("Speed of the network"),
        "clock": _("Clock of the computer"),
        "sound": _("Sound"),
    }
    return [{"name": name, "title": title} for name, title in titles.items()]


def _data(enrolment: Enrolment) -> dict[str, Any]:
    smallest, best = queries.bandwidths_of(enrolment.plan_id)
    return {
        "sample": reverse("learning:sample", args=[enrolment.uuid]),
        "socket": f"/ws/study/{NO_SITTING}/",
        "smallest_bit_s": smallest,
        "best_bit_s": best,
    }


@never_cache
@require_GET
@trainee_required
def sample(request: TenantRequest, enrolment: UUID) -> HttpResponse:
    """Bytes that no proxy can pack, to measure the way here: 512 KiB, or one byte with `?short`."""
    get_object_or_404(Enrolment, uuid=enrolment, user=request.user.pk)
    size = 1 if "short" in request.GET else SAMPLE_KIB * 1024
    return HttpResponse(os.urandom(size), content_type="application/octet-stream")
