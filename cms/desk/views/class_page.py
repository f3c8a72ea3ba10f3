"""One training class: its form, its people and how far they are, moving them, closing it, the list to print."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.desk import access
from cms.desk.class_forms import ClassForm, values_of
from cms.frame import kept, page_of
from learning import services
from learning.class_queries import Member, counts_of, members_of
from learning.class_rules import STANDINGS
from learning.models import Enrolment, ExamState, Position, TrainingClass
from tenants.errors import DomainError
from tenants.models import Institution
from tenants.requests import TenantRequest

COLOURS = {
    "not_started": "fsoft", "behind": "fr", "on_time": "f1", "complete": "f3", "exam_open": "f4", "passed": "fp",
}  # fmt: skip
TONES = {
    "not_started": "off", "behind": "review", "on_time": "chg", "complete": "wait", "exam_open": "wait",
    "passed": "done",
}  # fmt: skip


def standing_words() -> dict[str, str]:
    return {
        "not_started": _("not started"),
        "behind": _("behind"),
        "on_time": _("on time"),
        "complete": _("hours complete"),
        "exam_open": _("exam open"),
        "passed": _("exam passed"),
    }


def class_of(uuid: str) -> TrainingClass:
    """The institution's class, or 404."""
    found: TrainingClass = get_object_or_404(TrainingClass.objects.select_related("institution"), uuid=uuid)
    return found


@access.desk_view(*access.CLERKS)
def new(request: TenantRequest) -> HttpResponse:
    """Open a class."""
    form = ClassForm(request.POST or None, trained=_trained(request.tenant), initial={"year": localdate(now()).year})
    if request.method == "POST" and form.is_valid():
        try:
            found = services.create_class(request.tenant, form.data_of_class(), by=request.user, at=now())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The class is open."))
            return redirect("desk:class", found.uuid)
    return _form_page(request, form, _("New class"), _("Classes"), reverse("desk:classes"))


@access.desk_view(*access.CLERKS)
def change(request: TenantRequest, uuid: str) -> HttpResponse:
    """Change what stands about a class."""
    row = class_of(uuid)
    form = ClassForm(request.POST or None, trained=_trained(request.tenant), initial=values_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_class(row, form.data_of_class(), by=request.user, at=now())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The class is changed."))
            return redirect("desk:class", row.uuid)
    return _form_page(request, form, _("Change the class"), row.name, reverse("desk:class", args=[row.uuid]))


def _trained(institution: Institution) -> list[Position]:
    rows = Position.objects.order_by("code")
    return list(rows.filter(code__in=institution.position_codes) if institution.position_codes else rows)


def _form_page(request: TenantRequest, form: ClassForm, title: str, parent: str, url: str) -> HttpResponse:
    context = {"title": title, "parent_title": parent, "parent_url": url, "form": form}
    return render(request, "desk/class_form.html", context, status=400 if form.errors else 200)


@access.desk_view(*access.READERS)
def look(request: TenantRequest, uuid: str) -> HttpResponse:
    """The people of a class and how far they are."""
    row = class_of(uuid)
    members = members_of(row, localdate(now()))
    counts, chosen = counts_of(members), request.GET.get("standing", "")
    page = page_of(request, of_standing(members, chosen))
    context = {
        "title": row.name,
        "parent_title": _("Classes"),
        "parent_url": reverse("desk:classes"),
        "class": row,
        "page": page,
        "lines": [_line(member) for member in page.object_list],
        "keep": kept(request),
        "everybody": len(members),
        "parts": _parts(counts, chosen),
        "admitted": sum(counts.values()),
        "chosen": chosen if chosen in counts else "",
        "targets": TrainingClass.objects.filter(year=row.year, closed_at=None).exclude(pk=row.pk).order_by("name"),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "desk/class.html", context)


def of_standing(members: list[Member], chosen: str) -> list[Member]:
    """Those who stand there; all for a standing that there is not."""
    return [one for one in members if one.standing == chosen] if chosen in STANDINGS else members


def _parts(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """The overview: each standing with its count and its place in the bar."""
    words, parts, start = standing_words(), [], 0
    for code, count in counts.items():
        parts.append({
            "code": code, "label": words[code], "count": count, "start": start, "colour": COLOURS[code],
            "current": code == chosen,
        })  # fmt: skip
        start += count
    return parts


def _line(member: Member) -> dict[str, Any]:
    word = standing_words().get(member.standing, "")
    return {
        "enrolment": member.enrolment, "progress": member.progress, "word": word,
        "tone": TONES.get(member.standing, "off"), "exam": exam_word(member.enrolment),
    }  # fmt: skip


def exam_word(enrolment: Enrolment) -> str:
    return {
        ExamState.CLOSED: _("not open yet"),
        ExamState.OPEN: _("Exam open"),
        ExamState.PASSED: _("passed"),
    }[ExamState(enrolment.exam_state)]


@require_POST
@access.desk_view(*access.CLERKS)
def move(request: TenantRequest, uuid: str) -> HttpResponse:
    """The chosen people into another class, all or none."""
    row = class_of(uuid)
    asked = {found for found in map(_uuid, request.POST.getlist("people")) if found}
    chosen = list(Enrolment.objects.filter(training_class=row, uuid__in=asked))
    wanted = _uuid(request.POST.get("to", ""))
    target = TrainingClass.objects.filter(uuid=wanted).first() if wanted else None
    if target is None:
        messages.error(request, _("Choose the class into which they go."))
        return redirect("desk:class", row.uuid)
    try:
        moved = services.move_people(chosen, target, by=request.user, at=now())
        messages.success(request, _("%(n)s moved to %(name)s.") % {"n": moved, "name": target.name})
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk:class", row.uuid)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_POST
@access.desk_view(*access.CLERKS)
def state(request: TenantRequest, uuid: str) -> HttpResponse:
    """Close the class, or open it again."""
    row = class_of(uuid)
    try:
        if request.POST.get("verb") == "close":
            services.close_class(row, by=request.user, at=now())
            messages.success(request, _("The class is closed. Its people study on; nobody joins any more."))
        elif request.POST.get("verb") == "reopen":
            services.reopen_class(row, by=request.user, at=now())
            messages.success(request, _("The class is open again."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("desk:class", row.uuid)


@access.desk_view(*access.READERS)
def roster(request: TenantRequest, uuid: str) -> HttpResponse:
    """The list to print and to sign."""
    row, at = class_of(uuid), now()
    context = {"class": row, "members": members_of(row, localdate(at)), "at": at}
    return render(request, "desk/class_roster.html", context)
