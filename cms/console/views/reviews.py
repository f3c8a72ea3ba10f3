"""The hours review: queue, case, decision, undo. Rules and verbs are learning.review's; this only shows and calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.console import access, review_screen
from cms.console.case_study import study_days
from cms.console.evidence_plots import curves_of, distances_of
from cms.console.forms import DecisionForm
from cms.frame import kept, page_of
from cms.words import clock, waited
from exams.models import Attempt
from learning.models import Lesson
from learning.review import queries, services
from learning.review.case import Case
from learning.review.models import HoursReview, ReviewState
from learning.review.rules import ReviewRules, band_of, may_undo
from proctoring.lookalikes import pairs_of
from proctoring.models import LivenessAttempt, Lookalike
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for


@access.console_view(*access.READERS_OF_REVIEWS)
def queue(request: TenantRequest) -> HttpResponse:
    """Worst first, in three groups; the figures above are of the whole queue."""
    at, view, query = now(), request.GET.get("view", "all"), request.GET.get("q", "").strip()
    rules = rules_for(ReviewRules, at=at)
    figures = _figures(at, rules)
    page = page_of(request, rows_of(request.GET, rules))
    context = {
        "title": _("Hours review"),
        "searchable": _("Name, pinyin, institution"),
        "query": query,
        "filtered": view != "all",
        "page": page,
        "keep": kept(request),
        "figures": figures,
        "views": _views(view, figures),
        "groups": _groups(page.object_list, rules, at),
        "undoable": _last_decision(request, rules, at),
    }
    return render(request, "console/queue.html", context)


def rows_of(asked: Mapping[str, str], rules: ReviewRules) -> QuerySet[HoursReview]:
    """The rows of the queue for the words of its address: `view`, `q`."""
    view, query = asked.get("view", "all"), asked.get("q", "").strip()
    rows = queries.pending_reviews()
    if view == "judge":
        rows = rows.filter(risk__gte=rules.some_risk)
    elif view == "clean":
        rows = rows.filter(risk__lt=rules.some_risk)
    if query:
        person = Q(enrolment__user__name__icontains=query) | Q(enrolment__user__name_pinyin__icontains=query.lower())
        rows = rows.filter(person | Q(institution__short_name__icontains=query))
    return rows


def _figures(at: datetime, rules: ReviewRules) -> dict[str, Any]:
    pending = HoursReview.objects.filter(state=ReviewState.PENDING).aggregate(
        n=Count("pk"), judge=Count("pk", filter=Q(risk__gte=rules.some_risk)), oldest=Min("opened_at")
    )
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    decided = HoursReview.objects.exclude(state=ReviewState.WITHDRAWN)  # nobody judged those
    today = decided.filter(decided_at__gte=midnight).aggregate(
        n=Count("pk"), approved=Count("pk", filter=Q(state=ReviewState.APPROVED))
    )
    return {
        "waiting": pending["n"],
        "to_judge": pending["judge"],
        "without_reason": pending["n"] - pending["judge"],
        "longest": waited(at - pending["oldest"]) if pending["oldest"] else "",
        "oldest": pending["oldest"],
        "decided_today": today["n"],
        "approved_today": today["approved"],
        "cleared_today": today["n"] - today["approved"],
    }


def _views(current: str, figures: dict[str, Any]) -> list[dict[str, Any]]:
    names = (
        ("all", _("All"), "waiting"),
        ("judge", _("To judge"), "to_judge"),
        ("clean", _("Light or none"), "without_reason"),
    )
    return [{"code": c, "label": label, "count": figures[key], "current": c == current} for c, label, key in names]


def _groups(reviews: Any, rules: ReviewRules, at: datetime) -> list[dict[str, Any]]:
    titles = {
        "high": _("Look first: risk %(risk)d and above") % {"risk": rules.high_risk},
        "some": _("To judge: risk %(low)d to %(high)d") % {"low": rules.some_risk, "high": rules.high_risk - 1},
        "none": _("Light reasons or none"),
    }
    groups: dict[str, list[dict[str, Any]]] = {}
    for review in reviews:
        groups.setdefault(band_of(review.risk, rules), []).append(_row(review, at))
    return [{"code": code, "title": titles[code], "rows": rows} for code, rows in groups.items()]


def _row(review: HoursReview, at: datetime) -> dict[str, Any]:
    enrolment = review.enrolment
    return {
        "uuid": review.uuid,
        "risk": review.risk,
        "name": enrolment.user.name,
        "id_number": enrolment.user.id_number,
        "position": enrolment.position.name,
        "year": enrolment.year,
        "reasons": queries.reason_lines(review),
        "round": review.round,
        "spot_check": review.spot_check,
        "institution": review.institution.short_name,
        "class_name": str(enrolment.training_class) if enrolment.training_class else "",
        "waiting": waited(at - review.opened_at),
    }


def _last_decision(request: TenantRequest, rules: ReviewRules, at: datetime) -> HoursReview | None:
    """My latest decision while it may be taken back: what Z undoes."""
    latest = queries.decided_reviews().filter(decided_by=request.user).first()
    return latest if latest is not None and may_undo(latest.decided_at, at, rules) else None


@access.console_view(*access.READERS_OF_REVIEWS, change=access.REVIEWERS)
def case(request: TenantRequest, uuid: str) -> HttpResponse:
    """Everything about one case; POST decides and opens the next."""
    at = now()
    review = get_object_or_404(queries.reviews(), uuid=uuid)
    found = queries.case_of(review, at=at)
    doubts = sum(not shot.is_match for shot in found.shots)
    lessons = [line.lesson_id for line in found.progress.lessons if line.credited_ms]
    form = DecisionForm(request.POST or None, lessons=lessons, doubts=doubts, days=found.days)
    if request.method == "POST" and form.is_valid() and not _must_confirm(form):
        try:
            _decide(review, form, request, at)
        except DomainError as error:
            messages.error(request, error.message)
            review.refresh_from_db()
            return render(
                request, "console/case.html", _case_context(request, found, form, doubts, at), status=error.status
            )
        else:
            messages.success(request, _("%(name)s: decided.") % {"name": review.enrolment.user.name})
            following = queries.pending_reviews().first()
            return redirect("console:case", following.uuid) if following else redirect("console:queue")
    context = _case_context(request, found, form, doubts, at)
    return render(request, "console/case.html", context, status=400 if form.errors else 200)


def _must_confirm(form: DecisionForm) -> bool:
    """Stretches of time are confirmed against the sum that the server has shown, to the millisecond."""
    return form.cleaned_data["decision"] == "clear_times" and form.cleaned_data["confirmed"] != form.times_ms


def _decide(review: HoursReview, form: DecisionForm, request: TenantRequest, at: datetime) -> None:
    data = form.cleaned_data
    if data["decision"] == "approve":
        services.approve_hours(review, by=request.user, at=at, note=data["reason"])
        return
    part = data["decision"] == "clear_lessons"
    chosen = Lesson.objects.filter(pk__in=data["lessons"]) if part else None
    services.clear_hours(
        review,
        reason=data["reason"],
        ground=data["ground"],
        lessons=chosen,
        times=form.times if data["decision"] == "clear_times" else None,
        by=request.user,
        at=at,
    )


def _case_context(request: TenantRequest, case: Case, form: DecisionForm, doubts: int, at: datetime) -> dict[str, Any]:
    review, rules = case.review, rules_for(ReviewRules, at=at)
    attempt = (
        Attempt.objects.filter(enrolment=review.enrolment_id, graded_at__isnull=False)
        .order_by("-passed", "-number")
        .first()
    )
    may_change = access.has_role(request.user, *access.REVIEWERS)
    independent = services.is_independent(request.user, review.institution)
    order = list(queries.pending_reviews().values_list("uuid", flat=True)[:500])
    place = order.index(review.uuid) if review.uuid in order else None
    words = f"{review.enrolment.user.name} · {review.enrolment.position.name}"
    return {
        "title": words,
        "parent_title": _("Hours review"),
        "parent_url": "../",
        "case": case,
        "form": form,
        "to_confirm": review_screen.to_confirm(case, form) if request.method == "POST" else None,
        "doubts": doubts,
        "place": place + 1 if place is not None else None,
        "waiting_cases": len(order),
        "previous": order[place - 1] if place else None,
        "next": order[place + 1] if place is not None and place + 1 < len(order) else None,
        "photos": [
            (review_screen.thumbnail_url("photo", p.uuid), p.label, review_screen.evidence_url("photo", p.uuid))
            for p in (case.profile.photos if case.profile else [])
        ],
        "facts": review_screen.facts_of(case, attempt),
        "lookalikes": (pairs := pairs_of(case.review.enrolment.user)),
        "lookalikes_tone": "fail" if any(pair.state == Lookalike.State.ONE_PERSON for pair in pairs) else "review",
        "chart": review_screen.chart(case),
        "days": study_days(case.days, case.shots, {line.lesson_id: line.title for line in case.progress.lessons}),
        "bands": review_screen.bands_of(case.shots),
        "thresholds": review_screen.threshold_words(case),
        "checks": review_screen.checks_of(case),
        "events": review_screen.events_of(case),
        "scatter": distances_of(case.shots, case.thresholds),
        "credited": clock(case.progress.credited_ms),
        "waited": review_screen.waiting_words(case, at),
        "effects": review_screen.effects_of(case, attempt),
        "sms": review_screen.sms_of(case),
        "decided": review_screen.decided_of(case, rules, at, may_change=may_change),
        "undo_minutes": rules.undo_minutes,
        "undoable": _last_decision(request, rules, at),
        "why_not": _why_not(may_change, independent),
    }


def _why_not(may_change: bool, independent: bool) -> str:
    if not may_change:
        return _("Your role reads only; a reviewer decides.")
    return "" if independent else str(services.OwnInstitution.message)


@access.console_view(*access.READERS_OF_REVIEWS)
def check_plot(request: TenantRequest, uuid: str) -> HttpResponse:
    """The curves of one face check, as a fragment; the look is recorded before it is shown. Never one's own."""
    attempts = LivenessAttempt.objects.exclude(session__user=request.user).select_related("institution")
    attempt: LivenessAttempt = get_object_or_404(attempts, uuid=uuid)
    record(
        "face_evidence.read", actor=request.user, subject=attempt, institution=attempt.institution, at=now(),
        kind="series",
    )  # fmt: skip
    title = review_screen.moment(attempt.started_at)
    return render(request, "console/check_plot.html", {"plot": curves_of(attempt), "title": title})


@require_POST
@access.console_view(*access.REVIEWERS)
def undo(request: TenantRequest, uuid: str) -> HttpResponse:
    """Take a decision back within its time; the SMS is withdrawn with it."""
    review = get_object_or_404(queries.reviews(), uuid=uuid)
    try:
        services.undo(review, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request, _("%(name)s: the decision is undone and its SMS withdrawn.") % {"name": review.enrolment.user.name}
        )
    return redirect("console:case", uuid)
