"""The invigilated route: who studies in the classroom without a camera, attested by staff at the start and the end."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.desk import access
from cms.frame import kept, page_of
from learning.models import Admission, Enrolment, ExamState, HoursState, TrainingClass
from proctoring import attesting
from proctoring.models import Attestation
from proctoring.queries import attestations_since, running_attestations
from proctoring.rules import ProctoringRules
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

LATELY = timedelta(hours=24)
MOST = 60  # people attested with one press: a classroom


@access.desk_view(*access.READERS, change=access.CLERKS)
def index(request: TenantRequest) -> HttpResponse:
    """The list of a class to attest, who is in the classroom now, and both attestations of the last day."""
    if request.method == "POST":
        _attest(request)
        return redirect(request.get_full_path())
    at, chosen = now(), request.GET.get("class", "")
    running = {one.user_id: one for one in running_attestations(at)}
    page = page_of(request, _people(chosen, request.GET.get("q", "").strip(), there=running))
    for enrolment in page.object_list:
        enrolment.attestation = running.get(enrolment.user_id)
        enrolment.why = _why_here(enrolment)
    context = {
        "title": _("Classroom"),
        "searchable": _("Name, pinyin"),
        "query": request.GET.get("q", ""),
        "page": page,
        "keep": kept(request),
        "classes": TrainingClass.objects.filter(closed_at=None).order_by("-year", "name"),
        "chosen": chosen,
        "running": list(running.values()),
        "lately": attestations_since(at - LATELY),
        "hours": rules_for(ProctoringRules, at=at).attested_s / 3600,
        "allowed": rules_for(ProctoringRules, at=at).classroom,
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "desk/classroom.html", context)


def _people(chosen: str, query: str, *, there: Collection[int]) -> QuerySet[Enrolment]:
    """Who may still study or take the exam, of one class or of all; and who is in the classroom (keys of people)."""
    busy = Q(hours_state__in=[HoursState.STUDYING, HoursState.CLEARED]) | Q(exam_state=ExamState.OPEN)
    rows = Enrolment.objects.filter(busy | Q(user__in=list(there)), admission=Admission.ADMITTED)
    if chosen.isdigit():
        rows = rows.filter(training_class=int(chosen))
    if query:
        rows = rows.filter(Q(user__name__icontains=query) | Q(user__name_pinyin__icontains=query.lower()))
    return rows.select_related("user", "position", "training_class").order_by(
        "training_class", "user__name_pinyin", "pk"
    )


def _why_here(enrolment: Enrolment) -> str:
    studying = enrolment.hours_state in (HoursState.STUDYING, HoursState.CLEARED)
    return _("study") if studying else _("exam")


def _attest(request: TenantRequest) -> None:
    """Start or end for the chosen people; each by itself, so that one refusal holds nobody else back."""
    verb = request.POST.get("verb", "")
    chosen = request.POST.getlist("shown" if "all" in request.POST else "people")[:MOST]
    if verb == "start" and not request.POST.get("seen"):
        messages.error(request, _("Compare each person with the ID card first, and tick that you have done so."))
        return
    found = list(Enrolment.objects.filter(uuid__in=_uuids(chosen)).select_related("user"))
    if verb not in ("start", "end", "left") or not found:
        messages.error(request, _("Choose at least one person of the list."))
        return
    done, refused, at = 0, [], now()
    for enrolment in found:
        try:
            done += _one(request, enrolment, verb, at)
        except DomainError as error:
            refused.append(_("%(name)s: %(why)s") % {"name": enrolment.user.name, "why": error.message})
    if done:
        messages.success(request, _said(verb, done))
    for sentence in refused:
        messages.error(request, sentence)


def _one(request: TenantRequest, enrolment: Enrolment, verb: str, at: datetime) -> bool:
    acting: dict[str, Any] = {"by": request.user, "at": at, "ip": request.META.get("REMOTE_ADDR")}
    if verb == "start":
        room = request.POST.get("room", "")
        attesting.attest_start(enrolment.user, request.tenant, room=room, **acting)
        return True
    running = Attestation.objects.filter(user=enrolment.user, ended_at=None, expired_at=None).first()
    if running is None:
        return False
    attesting.attest_end(running, present=verb == "end", **acting)
    return True


def _said(verb: str, done: int) -> str:
    if verb == "start":
        words = ngettext("%(n)d person attested: time may count.", "%(n)d people attested: time may count.", done)
    elif verb == "end":
        words = ngettext("End attested for %(n)d person.", "End attested for %(n)d people.", done)
    else:
        words = ngettext("%(n)d person noted as gone.", "%(n)d people noted as gone.", done)
    return words % {"n": done}


def _uuids(values: list[str]) -> list[UUID]:
    """What of the form is a uuid."""
    found = []
    for value in values:
        with suppress(ValueError):
            found.append(UUID(value))
    return found
