"""Plans: which lessons, worth how many study hours, make up a position's year."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.views.courses import tabs
from learning import catalogue_queries, services
from learning.catalogue_rules import PlanSum
from learning.errors import CannotChangePlan, CannotPublish
from learning.models import Lesson, MediaState, Plan, Position
from learning.rules import StudyRules, hours_worth
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

YEARS = range(2000, 2101)


@access.console_view(*access.READERS_OF_COURSES)
def index(request: TenantRequest) -> HttpResponse:
    """The positions in one year: what is published, what is drafted, what is missing."""
    today = localdate().year
    year = year_of(request.GET.get("year", ""), today)
    rows: dict[int, dict[str, Any]] = {
        position.pk: {"position": position, "published": [], "draft": None, "sources": []}
        for position in Position.objects.all()
    }
    for plan in catalogue_queries.plans_of(year):
        row = rows[plan.position_id]
        if plan.published_at:
            row["published"].append(plan)
        else:
            row["draft"] = row["draft"] or plan
    sources = Plan.objects.filter(year__in=[year, year - 1], published_at__isnull=False).select_related("position")
    years = set(Plan.objects.order_by().values_list("year", flat=True).distinct()) | {today, today + 1, year}
    context = {
        "title": _("Plans"),
        "rows": list(rows.values()),
        "sources": sources.order_by("-year", "position__code", "-pk"),
        "missing": sum(not row["published"] for row in rows.values()),
        "year": year,
        "years": sorted(years),
        "views": tabs("plans"),
        "may_change": access.has_role(request.user, *access.EDITORS_OF_COURSES),
    }
    return render(request, "console/courses/plans.html", context)


def year_of(asked: str, today: int) -> int:
    """The year that was asked for, this one without."""
    return int(asked) if asked.isdecimal() and int(asked) in YEARS else today


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def draft(request: TenantRequest) -> HttpResponse:
    """Begin a draft for `position` and `year`, empty or copied from the plan `source`."""
    position = Position.objects.filter(code=request.POST.get("position", "")).first()
    year, source_pk = request.POST.get("year", ""), request.POST.get("source", "")
    if position is None or not year.isdecimal() or int(year) not in YEARS:
        messages.error(request, _("Choose a position and a year."))
        return redirect("console:plans")
    source = Plan.objects.filter(pk=source_pk).first() if source_pk.isdecimal() else None
    try:
        plan = services.draft_plan(position, int(year), source=source, by=request.user, at=now())
    except CannotChangePlan as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('console:plans')}?year={year}")
    return redirect("console:plan", pk=plan.pk)


@access.console_view(*access.READERS_OF_COURSES, change=access.EDITORS_OF_COURSES)
def page(request: TenantRequest, pk: int) -> HttpResponse:
    """A plan. Every button of a draft's editor saves what was typed: hours, and the step it stands for."""
    plan = get_object_or_404(Plan.objects.select_related("position"), pk=pk)
    if request.method != "POST":
        return _page(request, plan)
    typed = _typed(request)
    rows, faults = _rows(typed)
    if not faults:
        try:
            services.change_draft(plan, _stepped(request, rows), by=request.user, at=now())
        except CannotChangePlan as error:
            faults = {error.lesson_id: error.message}
        else:
            return redirect(f"{reverse('console:plan', args=[pk])}{_focus(request)}")
    return _page(request, plan, typed, faults)


def _typed(request: TenantRequest) -> list[tuple[int, str]]:
    """Lesson ids in the order of the form, each with its hours as typed."""
    ids = [int(pk) for pk in request.POST.getlist("lesson") if pk.isdecimal()]
    return [(pk, request.POST.get(f"hours-{pk}", "").strip()) for pk in ids]


def _rows(typed: list[tuple[int, str]]) -> tuple[list[tuple[int, Decimal]], dict[int, str]]:
    rows, faults = [], {}
    for pk, text in typed:
        try:
            hours = Decimal(text)
            if not hours.is_finite() or hours != hours.quantize(Decimal("0.01")) or hours > 99:
                raise InvalidOperation
        except InvalidOperation:
            faults[pk] = _("Type hours as a number with at most two decimals, such as 1.5.")
        else:
            rows.append((pk, hours))
    return rows, faults


def _stepped(request: TenantRequest, rows: list[tuple[int, Decimal]]) -> list[tuple[int, Decimal]]:
    """The rows after the button that was pressed: `up`, `down`, `remove` (of a lesson), `add` (the ticked ones)."""
    place = {str(pk): index for index, (pk, _hours) in enumerate(rows)}
    for name, step in (("up", -1), ("down", 1)):
        here = place.get(request.POST.get(name, ""))
        if here is not None and 0 <= here + step < len(rows):
            rows[here], rows[here + step] = rows[here + step], rows[here]
    rows = [row for row in rows if str(row[0]) != request.POST.get("remove", "")]
    if "add" in request.POST:
        ticked = [int(pk) for pk in request.POST.getlist("choose") if pk.isdecimal() and pk not in place]
        hour_s = rules_for(StudyRules, at=now()).hour_s
        found = catalogue_queries.library().filter(pk__in=ticked)
        rows += [(one.pk, worth_of(one, hour_s) or Decimal(1)) for one in found]
    return rows


def worth_of(lesson: Lesson, hour_s: int) -> Decimal | None:
    """What the lesson's video is worth at most; None without a video."""
    return hours_worth(lesson.media.duration_ms, hour_s) if lesson.media else None


def _focus(request: TenantRequest) -> str:
    """Where the keyboard goes on after a step."""
    for name in ("up", "down"):
        if request.POST.get(name, "").isdecimal():
            return f"?moved={request.POST[name]}{name}"
    return "#lessons"


def _page(
    request: TenantRequest, plan: Plan, typed: list[tuple[int, str]] | None = None, faults: dict[int, str] | None = None
) -> HttpResponse:
    hour_s = rules_for(StudyRules, at=now()).hour_s
    library = list(catalogue_queries.library())
    by_id = {lesson.pk: lesson for lesson in library}
    if typed is None:
        typed = [(pk, str(hours)) for pk, hours in plan.plan_lessons.order_by("order").values_list("lesson", "hours")]
    faults = faults or {}
    lines = [_line(by_id[pk], text, hour_s, faults.get(pk, "")) for pk, text in typed if pk in by_id]
    chosen = {pk for pk, _text in typed}
    for lesson in library:
        lesson.worth, lesson.is_chosen = worth_of(lesson, hour_s), lesson.pk in chosen  # type: ignore[attr-defined]
    total = PlanSum(sum((line["value"] for line in lines), Decimal(0)), plan.hours_required)
    may_change = access.has_role(request.user, *access.EDITORS_OF_COURSES)
    context = {
        "title": f"{plan.position} · {plan.year}",
        "parent_title": _("Plans"),
        "parent_url": f"{reverse('console:plans')}?year={plan.year}",
        "plan": plan,
        "lines": lines,
        "library": library,
        "sum": total,
        "blocked": _what_is_missing(lines, total),
        "fault": faults.get(0, ""),
        "is_editor": may_change and plan.published_at is None,
        "enrolments": plan.enrolments.count() if plan.published_at else 0,
    }
    return render(request, "console/courses/plan.html", context, status=400 if faults else 200)


def _line(lesson: Lesson, text: str, hour_s: int, fault: str) -> dict[str, Any]:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(0)
    return {
        "lesson": lesson,
        "text": text,
        "value": value if value.is_finite() else Decimal(0),
        "worth": worth_of(lesson, hour_s),
        "ready": lesson.media is not None and lesson.media.state == MediaState.READY,
        "fault": fault,
    }


def _what_is_missing(lines: list[dict[str, Any]], total: PlanSum) -> list[str]:
    """What stands against publishing, in words; the service has the last word."""
    said = []
    if total.missing:
        said.append(_("%(hours)s study hours are missing.") % {"hours": f"{total.missing:.2f}"})
    said += [_("The lesson “%s” has no video yet.") % line["lesson"].title for line in lines if not line["ready"]]
    said += [
        _("The video of “%s” is too short for its study hours.") % line["lesson"].title
        for line in lines
        if line["worth"] is not None and line["value"] > line["worth"]
    ]
    return said


@access.console_view(*access.EDITORS_OF_COURSES)
def publish(request: TenantRequest, pk: int) -> HttpResponse:
    """GET asks once more, with what it means; POST publishes."""
    plan = get_object_or_404(Plan.objects.select_related("position"), pk=pk)
    if request.method == "POST":
        try:
            services.publish_plan(plan, by=request.user, at=now())
        except CannotPublish as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The plan is published: new enrolments study it."))
        return redirect("console:plan", pk=pk)
    before = Plan.objects.filter(position=plan.position, year=plan.year, published_at__isnull=False)
    rows = plan.plan_lessons.all()
    context = {
        "title": _("Publish the plan"),
        "parent_title": f"{plan.position} · {plan.year}",
        "parent_url": reverse("console:plan", args=[pk]),
        "plan": plan,
        "sum": PlanSum(sum((row.hours for row in rows), Decimal(0)), plan.hours_required),
        "count": len(rows),
        "before": before.exists(),
    }
    return render(request, "console/courses/publish.html", context)


@require_POST
@access.console_view(*access.EDITORS_OF_COURSES)
def delete(request: TenantRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan, pk=pk)
    try:
        services.delete_draft(plan, by=request.user, at=now())
    except CannotChangePlan as error:
        messages.error(request, error.message)
        return redirect("console:plan", pk=pk)
    messages.success(request, _("The draft is deleted."))
    return redirect(f"{reverse('console:plans')}?year={plan.year}")
