"""What the centre shows of a person, in a fixed number of queries whatever the number of enrolments.

All run inside a scope: an institution's site sees its own rows, the portal (province scope) all of the person's.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from cms.centre import card_facts, words
from cms.centre.rules import (
    AT_THE_INSTITUTION,
    Facts,
    TimelineStep,
    next_step,
    timeline,
)
from cms.durations import clock, duration
from cms.pause_words import gap_words
from exams.models import Attempt, Supervision
from learning.models import Enrolment, Origin, PostCertificateState
from learning.pauses import Gap
from learning.queries import Progress, progress_of_many
from learning.rules import EligibilityRules
from learning.study_time import study_time
from proctoring import queries as proctoring
from tenants.requests import TenantRequest
from tenants.rulesets.services import rules_for

WHY_DAYS = 14  # how far back the front page explains uncounted time
WHY_LINES = 3


@dataclass(frozen=True)
class ShownStep:
    """A line of the timeline with its words."""

    code: str
    state: str
    title: str
    note: str


@dataclass(frozen=True)
class ShownGap:
    """Uncounted time with its reason and what to do."""

    start: datetime
    end: datetime
    title: str
    advice: str


@dataclass(frozen=True)
class Card:
    """One enrolment of 我的培训 with everything its panel says."""

    enrolment: Enrolment
    progress: Progress
    code: str
    words: words.Words
    url: str
    steps: list[ShownStep]
    elsewhere: bool = False  # `url` is a path on the institution's own site: the portal goes there with a ticket
    uncounted: list[ShownGap] = field(default_factory=list)
    uncounted_minutes: int = 0
    fee: card_facts.FeeState | None = None
    deadlines: list[card_facts.Deadline] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why the institution withdrew it, in its words."""
        one = self.enrolment
        return one.withdrawal_reason if one.withdrawn_by_id != one.user_id else ""

    @property
    def needs_computer(self) -> bool:
        """Studying needs a camera and a large screen; everything else works on a phone."""
        return self.code in {"study", "start_study", "study_again"}

    @property
    def ahead(self) -> str:
        """How far the exam is, while studying: hours and playing time to go."""
        if not self.needs_computer:
            return ""
        left_ms = self.progress.total_ms - self.progress.credited_ms
        values = {"hours": self.progress.hours_required - self.progress.hours_done, "time": duration(left_ms)}
        return _("Another %(hours)s study hours and the exam opens; that is about %(time)s.") % values


@dataclass(frozen=True)
class Days:
    """Today, and the last day of renewal in the province."""

    today: date
    closes_on: date


def cards_of(user: Any, request: TenantRequest, *, at: datetime) -> list[Card]:
    """The person's enrolments in the current scope, newest first."""
    enrolments = list(
        Enrolment.objects.filter(user=user)
        .select_related("position", "plan", "institution", "training_class", "post_certificate")
        .prefetch_related("institution__domains")
        .order_by("-year", "-pk")
    )
    if not enrolments:
        return []
    progress = progress_of_many(enrolments)
    missing = proctoring.missing_steps(user)
    profile = proctoring.profile_of(user) if "confirmation" in missing else None
    open_or_waiting = Attempt.objects.filter(
        Q(submitted_at=None) | Q(supervision=Supervision.LOOK, passed=True), user=user
    )
    sat = list(open_or_waiting.values_list("enrolment", "submitted_at"))
    running, waits = {pk for pk, done in sat if not done}, {pk for pk, done in sat if done}
    recent = explained_gaps(enrolments, since=at - timedelta(days=WHY_DAYS))
    days = Days(localdate(at), rules_for(EligibilityRules, at=at).renewal_closes_on)
    shared = {"missing": tuple(missing), "photos_rejected": bool(profile and profile.state == "rejected")}
    return [
        _card(
            enrolment,
            progress[enrolment.pk],
            {**shared, "exam_running": enrolment.pk in running, "exam_waits": enrolment.pk in waits},
            recent,
            request,
            days,
        )
        for enrolment in enrolments
    ]


def _card(
    enrolment: Enrolment,
    progress: Progress,
    shared: dict[str, Any],
    recent: dict[int, list[Gap]],
    request: TenantRequest,
    days: Days,
) -> Card:
    following = progress.next_lesson
    facts = Facts(
        admission=enrolment.admission,
        hours_state=enrolment.hours_state,
        exam_state=enrolment.exam_state,
        hours_recorded=enrolment.hours_recorded_at is not None,
        renewed=enrolment.post_certificate.state == PostCertificateState.SUPERSEDED,
        lesson_order=following.order if following else 0,
        lesson_title=following.title if following else "",
        lesson_at_ms=following.credited_ms if following else 0,
        lesson_left_ms=following.duration_ms - following.credited_ms if following else 0,
        hours_done=progress.hours_done,
        hours_required=progress.hours_required,
        institution_state=enrolment.institution.state,
        applied=enrolment.origin == Origin.TRAINEE,
        taken_back=enrolment.withdrawn_by_id == enrolment.user_id,
        refused=card_facts.was_refused(enrolment),
        **shared,
    )
    step, lost = next_step(facts), recent.get(enrolment.pk, [])
    values = {
        "fee": floatformat(enrolment.training_fee + enrolment.textbook_fee, "-2"),
        "missing": words.missing_words([step for step in facts.missing if step != "confirmation"]),
        "order": facts.lesson_order,
        "lesson": facts.lesson_title,
        "at": clock(facts.lesson_at_ms),
        "left": duration(facts.lesson_left_ms),
    }
    return Card(
        enrolment=enrolment,
        progress=progress,
        code=step.code,
        words=words.step_words(step.code, values),
        url=_address(step.target, request, enrolment),
        elsewhere=request.tenant.is_association and step.target in AT_THE_INSTITUTION,
        steps=[_shown_step(step, enrolment, progress) for step in timeline(facts)],
        uncounted=[_shown_gap(gap) for gap in lost[:WHY_LINES]],
        uncounted_minutes=-(-sum(gap.seconds for gap in lost[:WHY_LINES]) // 60),  # begun minutes: never "0"
        fee=card_facts.fee_state(enrolment),
        deadlines=card_facts.deadlines(enrolment, closes_on=days.closes_on, today=days.today, finished=facts.renewed),
        notes=card_facts.opening_notes(enrolment, code=step.code, today=days.today),
    )


def _shown_step(step: TimelineStep, enrolment: Enrolment, progress: Progress) -> ShownStep:
    return ShownStep(
        step.code, step.state, words.timeline_title(step.code), words.timeline_note(step, enrolment, progress)
    )


def _shown_gap(gap: Gap) -> ShownGap:
    reason, advice = gap_words(gap.code)
    title = _("%(time)s: %(reason)s") % {"time": duration(gap.seconds * 1000), "reason": reason}
    return ShownGap(localtime(gap.start), localtime(gap.end), title, advice)


def _address(target: str, request: TenantRequest, enrolment: Enrolment) -> str:
    """Where the button leads; a path of the institution's site for what happens there."""
    if target == "portal":
        return f"{'' if request.tenant.is_association else _portal()}{reverse('centre:certificates')}"
    if target in {"profile", "certificates"}:
        return reverse(f"centre:{target}")
    if target in {"enrol", "application"}:
        return "/enrol/" if target == "enrol" else f"/enrol/{enrolment.uuid}/"
    if target in {"room", "exam"}:
        return f"/{'study' if target == 'room' else 'exam'}/{enrolment.uuid}/"
    return ""


def _portal() -> str:
    return settings.PORTAL_URL.rstrip("/")


def explained_gaps(enrolments: list[Enrolment], *, since: datetime) -> dict[int, list[Gap]]:
    """Uncounted time that has a reason besides a pause, newest first, by enrolment: six queries."""
    found = study_time(enrolments, since=since)
    return {
        pk: sorted((gap for gap in time.gaps if gap.code), key=lambda gap: gap.start, reverse=True)
        for pk, time in found.items()
    }


def greeting_hour(at: datetime) -> int:
    return localtime(at).hour
