"""The pages of the exam, and the one address that takes answers."""

import json
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams import queries, services
from exams.answers import SentAnswer
from exams.camera_views import look_of, open_sitting, own_enrolment, watch_context, way_of
from exams.errors import BadAnswer
from exams.models import Attempt
from exams.rules import ExamRules
from exams.texts import paper_texts
from learning.models import Enrolment
from learning.queries import progress_of
from proctoring import queries as proctoring
from tenants.accounts.decorators import trainee_required
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

BATCH = 200  # answers in one request: more than any paper has


@require_GET
@never_cache
@trainee_required
def index(request: TenantRequest) -> HttpResponse:
    """测试: every enrolment with the state of its exam."""
    services.grade_overdue(at=now(), user=request.user)
    return render(request, "exams/index.html", {"standings": queries.standings(request.user)})


@require_http_methods(["GET", "POST"])
@never_cache
@trainee_required
def start(request: TenantRequest, enrolment: UUID) -> HttpResponse:
    """The rules, the paper that is open, and earlier attempts; POST opens a paper."""
    found, at = own_enrolment(request, enrolment), now()
    services.grade_overdue(at=at, user=request.user)
    way = way_of(request)
    if request.method == "POST":
        return _begin(request, found, attested=way == "attested")
    found.refresh_from_db()
    return render(
        request,
        "exams/start.html",
        {
            "enrolment": found,
            "standing": queries.standing_of(found),
            "rules": rules_for(ExamRules, at=at),
            "progress": progress_of(found),
            "way": way,
            "missing": proctoring.missing_steps(request.user) if way == "none" else [],
        },
    )


def _begin(request: TenantRequest, enrolment: Enrolment, *, attested: bool) -> HttpResponse:
    """Without a camera: under a teacher's word, or where the province asks for neither. Else the face check is due."""
    response = redirect("exams:start", enrolment.uuid)
    sitting = open_sitting(request, response, attested=True) if attested else None
    attempt = services.start_attempt(enrolment, by=request.user, at=now(), camera=sitting)
    response["Location"] = reverse("exams:paper", args=[attempt.uuid])
    return response


@require_GET
@never_cache
@trainee_required
def paper(request: TenantRequest, attempt: UUID) -> HttpResponse:
    """The paper itself; handed in or overdue leads to the result."""
    at = now()
    services.grade_overdue(at=at, user=request.user)
    found = _own(request, attempt)
    if not found.is_open:
        return redirect("exams:result", found.uuid)
    groups = queries.shown_paper(found)
    return render(
        request,
        "exams/paper.html",
        {
            "attempt": found,
            "groups": groups,
            "items": [item for group in groups for item in group.items],
            "rules": queries.rules_of(found),
            "texts": paper_texts(),
            "remaining_ms": queries.ms_until(found.deadline_at, at),
        }
        | watch_context(found),
    )


@require_POST
@trainee_required
def answers(request: TenantRequest, attempt: UUID) -> JsonResponse:
    """`{answers: [{number, choice, seq}]}` → what is stored now and the time left. Empty: only the time."""
    at = now()
    saved = services.save_answers(
        attempt, by=request.user, institution_id=request.tenant.pk, answers=_parsed(request.body), at=at
    )
    # One statement for the answers; only a page that asks for nothing but the time costs a look at the attempt.
    deadline_at = saved[0].deadline_at if saved else _own(request, attempt).deadline_at
    return JsonResponse(
        {
            "answers": [
                {"number": a.number, "choice": a.choice, "seq": a.seq, "at": f"{localtime(a.saved_at):%H:%M:%S}"}
                for a in saved
            ],
            "remaining_ms": queries.ms_until(deadline_at, at),
        }
    )


@require_POST
@trainee_required
def submit(request: TenantRequest, attempt: UUID) -> HttpResponse:
    """Hand in; pressing twice shows the same result."""
    found = services.submit(_own(request, attempt), by=request.user, at=now())
    return redirect("exams:result", found.uuid)


@require_GET
@never_cache
@trainee_required
def result(request: TenantRequest, attempt: UUID) -> HttpResponse:
    """The score and nothing that would help to guess: no key, no marks a question."""
    services.grade_overdue(at=now(), user=request.user)
    found = _own(request, attempt)
    if found.is_open:
        return redirect("exams:paper", found.uuid)
    if found.abandoned_at is not None:
        return redirect("exams:index")
    rules, score = queries.rules_of(found), found.score or 0
    return render(
        request,
        "exams/result.html",
        {
            "attempt": found,
            "enrolment": found.enrolment,
            "rules": rules,
            "above": score - rules.pass_points,
            "below": rules.pass_points - score,
            "score_x": 1000 * score // rules.points,
            "pass_x": 1000 * rules.pass_points // rules.points,
            "standing": queries.standing_of(found.enrolment),
            "progress": progress_of(found.enrolment),
            "look": look_of(found),
        },
    )


def _own(request: TenantRequest, attempt: UUID) -> Attempt:
    return get_object_or_404(queries.attempts_of(request.user), uuid=attempt)


def _parsed(body: bytes) -> list[SentAnswer]:
    """The request's answers; anything of another shape raises BadAnswer."""
    try:
        sent = json.loads(body)["answers"]
        if len(sent) > BATCH or any(set(answer) != {"number", "choice", "seq"} for answer in sent):
            raise BadAnswer
        parsed = [SentAnswer(answer["number"], answer["choice"], answer["seq"]) for answer in sent]
    except (ValueError, TypeError, KeyError) as error:
        raise BadAnswer from error
    if not all(type(answer.number) is int and 0 < answer.number <= BATCH for answer in parsed):
        raise BadAnswer
    return parsed
