"""Profiles that wait for a clerk who has seen the card."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.desk import access
from cms.desk.forms import ConfirmForm, RejectForm
from cms.frame import kept, page_of
from cms.words import waited
from learning.models import Admission, Enrolment
from proctoring import services
from proctoring.limits import longer_limits_of
from proctoring.models import FacePhoto, FaceProfile
from proctoring.queries import photos_of, waiting_profiles
from proctoring.rules import ProctoringRules
from tenants.errors import DomainError
from tenants.rulesets.services import rules_for

TONES = {
    FaceProfile.State.INCOMPLETE: "wait",
    FaceProfile.State.WAITING: "review",
    FaceProfile.State.CONFIRMED: "done",
    FaceProfile.State.REJECTED: "fail",
}


@access.desk_view(*access.CLERKS)
def index(request: HttpRequest) -> HttpResponse:
    """Longest waiting first; who is already confirmed stands under the other view."""
    at, view = now(), request.GET.get("view", "waiting")
    page = page_of(request, rows_of(request.GET))
    for profile in page.object_list:
        profile.tone = TONES[FaceProfile.State(profile.state)]
        profile.waited = waited(at - profile.matched_at) if profile.matched_at else ""
    context = {
        "title": _("Confirm profiles"),
        "page": page,
        "keep": kept(request),
        "view": view,
        "waiting": waiting_profiles().count(),
    }
    return render(request, "desk/profiles.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[FaceProfile]:
    """The rows of the list for the words of its address: `view`."""
    if asked.get("view") != "done":
        return waiting_profiles()
    decided = FaceProfile.objects.exclude(state=FaceProfile.State.WAITING)
    return decided.select_related("user", "confirmed_by").order_by("-confirmed_at", "-pk")


@access.desk_view(*access.CLERKS)
def look(request: HttpRequest, uuid: str) -> HttpResponse:
    """Both photos beside each other; each picture is fetched through proctoring, which writes the audit row first."""
    profile: FaceProfile = get_object_or_404(
        FaceProfile.objects.select_related("user", "confirmed_by", "institution"), uuid=uuid
    )
    confirm, reject = ConfirmForm(), RejectForm()
    if request.method == "POST":
        deciding = "confirm" in request.POST
        confirm, reject = (ConfirmForm(request.POST), reject) if deciding else (confirm, RejectForm(request.POST))
        form = confirm if deciding else reject
        if form.is_valid() and _decide(request, profile, form):
            following = waiting_profiles().first()
            return redirect("desk:profile", following.uuid) if following else redirect("desk:profiles")
    context = _profile_context(profile) | {"confirm": confirm, "reject": reject}
    return render(request, "desk/profile.html", context, status=400 if confirm.errors or reject.errors else 200)


def _decide(request: HttpRequest, profile: FaceProfile, form: ConfirmForm | RejectForm) -> bool:
    whose = {"by": request.user, "institution": request.tenant, "at": now()}  # type: ignore[attr-defined]
    try:
        if isinstance(form, ConfirmForm):
            services.confirm_profile(profile, **whose)
            messages.success(request, _("%(name)s is confirmed and may study.") % {"name": profile.user.name})
        else:
            services.reject_profile(profile, form.cleaned_data["reason"], **whose)
            messages.success(request, _("%(name)s was asked to do the photos again.") % {"name": profile.user.name})
    except DomainError as error:
        messages.error(request, error.message)
        return False
    return True


def _profile_context(profile: FaceProfile) -> dict[str, Any]:
    photos = photos_of(profile)
    rules = rules_for(ProctoringRules, at=now())
    mine = Enrolment.objects.filter(user=profile.user_id)
    enrolments = list(mine.select_related("position", "training_class", "post_certificate"))
    return {
        "title": profile.user.name,
        "parent_title": _("Confirm profiles"),
        "parent_url": reverse("desk:profiles"),
        "profile": profile,
        "tone": TONES[FaceProfile.State(profile.state)],
        "photos": [
            (reverse("proctoring:evidence", args=["photo", photos[kind].uuid]), kind.label, photos[kind].saved_at)
            for kind in FacePhoto.Kind
            if kind in photos
        ],
        "distance_words": _distance_words(profile, rules),
        "enrolments": enrolments,
        "not_enrolled": all(one.admission == Admission.WITHDRAWN for one in enrolments),
        "is_waiting": profile.state == FaceProfile.State.WAITING,
        "longer_limits": longer_limits_of(profile.user, profile.institution),
        "limits_url": reverse("desk:limits", args=[profile.uuid]),
    }


def _distance_words(profile: FaceProfile, rules: ProctoringRules) -> str:
    if profile.match_distance is None:
        return ""
    words = {"value": f"{profile.match_distance:.2f}", "passes": rules.pass_at(profile.engine)}
    if profile.needs_look:
        return _("%(value)s: hardly alike (up to %(passes)s is alike). Look closely.") % words
    return _("%(value)s: alike (up to %(passes)s)") % words
