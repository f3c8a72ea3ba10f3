"""One face in two accounts: what the search found, side by side, and what the association makes of it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.console import access
from cms.console.review_screen import evidence_url
from cms.frame import kept, page_of
from learning.models import Enrolment
from proctoring import lookalikes
from proctoring.models import FacePhoto, FaceProfile, Lookalike
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.scopes import province_scope

TONES = {Lookalike.State.OPEN: "wait", Lookalike.State.TWO_PEOPLE: "done", Lookalike.State.ONE_PERSON: "fail"}
KNOWN = ("first__user", "second__user", "first__institution", "second__institution", "decided_by")


class DecisionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What you found out"), max_length=300,
        error_messages={"required": gettext_lazy("Say what you found out; colleagues read it.")},
        help_text=gettext_lazy("For colleagues: whom you called, which cards were compared."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


def lookalikes_waiting(request: HttpRequest) -> int:
    """For the menu."""
    return Lookalike.objects.filter(state=Lookalike.State.OPEN).count()


@access.console_view(*access.READERS_OF_REVIEWS)
def index(request: TenantRequest) -> HttpResponse:
    """What is to be looked at, the nearest faces first."""
    view = request.GET.get("view", "open")
    page = page_of(request, _rows(view))
    for row in page.object_list:
        row.tone = TONES[Lookalike.State(row.state)]
    context = {
        "title": _("One face, two accounts"),
        "page": page,
        "keep": kept(request),
        "view": view,
        "views": [("open", _("To be looked at")), ("decided", _("Decided")), ("all", _("All"))],
    }
    return render(request, "console/lookalikes.html", context)


def _rows(view: str) -> QuerySet[Lookalike]:
    rows = Lookalike.objects.select_related(*KNOWN)
    if view == "decided":
        return rows.exclude(state=Lookalike.State.OPEN).order_by("-decided_at", "-pk")
    return rows if view == "all" else rows.filter(state=Lookalike.State.OPEN).order_by("distance", "pk")


@access.console_view(*access.READERS_OF_REVIEWS, change=access.REVIEWERS)
def case(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Two people beside each other; each picture writes its audit row as it is fetched."""
    pair = get_object_or_404(Lookalike.objects.select_related(*KNOWN), uuid=uuid)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, pair, form):
        return redirect("console:lookalikes")
    own = request.user.pk in (pair.first.user_id, pair.second.user_id)
    context = {
        "title": f"{pair.first.user.name} · {pair.second.user.name}",
        "parent_url": reverse("console:lookalikes"),
        "parent_title": _("One face, two accounts"),
        "pair": pair,
        "tone": TONES[Lookalike.State(pair.state)],
        "people": [_person(pair.first), _person(pair.second)],
        "form": form,
        "may_decide": access.has_role(request.user, *access.REVIEWERS) and not own,
    }
    return render(request, "console/lookalike.html", context, status=400 if form.errors else 200)


def _person(profile: FaceProfile) -> dict[str, Any]:
    """One side: the photos, and where this account studies in the whole province."""
    photos = FacePhoto.objects.filter(profile=profile, replaced_at=None).exclude(frame="").order_by("-kind")
    enrolments = Enrolment.objects.filter(user=profile.user).select_related("position", "institution")
    return {
        "profile": profile,
        "user": profile.user,
        "photos": [(evidence_url("photo", photo.uuid), photo.get_kind_display()) for photo in photos],
        "enrolments": enrolments.order_by("-year", "pk")[:6],
    }


def _decided(request: TenantRequest, pair: Lookalike, form: DecisionForm) -> bool:
    one_person = "one_person" in request.POST
    try:
        with province_scope():
            lookalikes.decide(
                pair, one_person=one_person, reason=form.cleaned_data["reason"], by=request.user, at=now()
            )
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    messages.success(
        request,
        _("Noted: one person. Now tell the institutions which account is to be closed.")
        if one_person
        else _("Noted: two people. This pair is not brought up again."),
    )
    return True
