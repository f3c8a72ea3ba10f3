"""The verbs of the hours review. Hours are cleared by a person only, never by a rule.

A decision takes effect at once; its SMS waits `undo_minutes`, and an undo within that time cancels it.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from random import Random, SystemRandom

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import tenant_context

from learning import services as learning
from learning.models import Admission, Enrolment, HoursState, Lesson
from learning.review import queries, rules, words
from learning.review.evidence import evidence_of, facts_of
from learning.review.models import Ground, HoursReview, ReviewState
from learning.review.rules import ReviewRules
from learning.stretches import Stretch
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.services import NoPhone, cancel_sms, queue_sms
from tenants.models import Institution
from tenants.roles.models import GroupMembership
from tenants.rulesets.services import rules_for

log = structlog.get_logger(__name__)


class AlreadyDecided(DomainError):
    code = "review.already_decided"
    message = _("Somebody else has decided this case in the meantime. Reload the page to see the decision.")


class OwnInstitution(DomainError):
    code = "review.own_institution"
    status = 403
    message = _("You belong to this institution or to this case, so another reviewer has to decide it.")


class NoReason(DomainError):
    code = "review.no_reason"
    status = 400
    message = _("Say why the hours are cleared. The trainee will read it.")


class CannotUndo(DomainError):
    code = "review.cannot_undo"
    message = _("The time to take this decision back is over: the message to the trainee is on its way.")


class CertificateIssued(DomainError):
    code = "review.certificate_issued"
    message = _("A certificate rests on this decision, so it can no longer be taken back here.")


def open_missing_reviews(*, at: datetime, random: Random | None = None) -> int:
    """Open a review for every enrolment in review that has none; returns how many. May run twice at once."""
    waiting = queries.enrolments_without_review().values_list("pk", flat=True)
    return sum(open_review(pk, at=at, random=random) is not None for pk in list(waiting))


@transaction.atomic
def open_review(enrolment_id: int, *, at: datetime, random: Random | None = None) -> HoursReview | None:
    """The next round of one enrolment, with its reasons; None when it is not, or no longer, waiting for one."""
    enrolment = _locked_enrolment(enrolment_id)
    pending = HoursReview.objects.filter(enrolment=enrolment, state=ReviewState.PENDING)
    waits = enrolment.admission == Admission.ADMITTED and enrolment.hours_state == HoursState.IN_REVIEW
    if not waits or pending.exists():
        return None
    values = rules_for(ReviewRules, at=at)
    reasons = rules.reasons_of(facts_of(evidence_of(enrolment, values), values), values)
    drawn = (random or SystemRandom()).random() * 100 < values.spot_check_percent
    review = HoursReview.objects.create(
        institution=enrolment.institution,
        enrolment=enrolment,
        round=HoursReview.objects.filter(enrolment=enrolment).count() + 1,
        opened_at=at,
        reasons=[asdict(reason) for reason in reasons],
        risk=rules.risk_of(reasons),
        spot_check=drawn,
    )
    _record("review.opened", review, by=None, at=at, round=review.round, risk=review.risk)
    return review


@transaction.atomic
def approve_hours(review: HoursReview, *, by: User, at: datetime, note: str = "") -> HoursReview:
    """The hours count. Raises AlreadyDecided, OwnInstitution."""
    review = _to_decide(review, by)
    learning.note_hours_approved(review.enrolment, by=by, at=at)
    _decide(review, ReviewState.APPROVED, by=by, at=at, note=note)
    _queue(review, "hours_approved", {}, at)
    _record("review.approved", review, by=by, at=at, risk=review.risk)
    return review


@transaction.atomic
def clear_hours(
    review: HoursReview,
    *,
    reason: str,
    by: User,
    at: datetime,
    ground: str = Ground.NOT_SELF,
    lessons: Iterable[Lesson] | None = None,
    times: Iterable[Stretch] | None = None,
) -> HoursReview:
    """Set the hours to zero, or those of `lessons` or of the stretches `times` only. A passed exam stays.

    `reason` is what the trainee reads. Raises AlreadyDecided, OwnInstitution, NoReason, and learning's CannotClear
    where nothing is credited.
    """
    reason = reason.strip()
    if not reason or ground not in Ground.values:
        raise NoReason
    review = _to_decide(review, by)
    chosen = None if lessons is None else list(lessons)
    stretches = None if times is None else list(times)
    if chosen == []:
        raise NoReason(_("Choose at least one lesson, or clear all hours."), code="review.no_lessons")
    if stretches == []:
        raise NoReason(_("Choose at least one stretch of time."), code="review.no_times")
    review.clearing = learning.clear_credit(
        review.enrolment, reason=reason, by=by, at=at, lessons=chosen, times=stretches
    )
    review.ground = ground
    state, template = (
        (ReviewState.CLEARED, "hours_cleared")
        if chosen is None and stretches is None
        else (ReviewState.PARTLY_CLEARED, "hours_partly_cleared")
    )
    _decide(review, state, by=by, at=at, note=reason)
    _queue(review, template, words.sms_params(review.enrolment), at)
    _record(
        f"review.{state}",
        review,
        by=by,
        at=at,
        ground=ground,
        lessons=[lesson.code for lesson in chosen or []],
        times=[[start.isoformat(), end.isoformat()] for start, end in stretches or []],
    )
    return review


@transaction.atomic
def undo(review: HoursReview, *, by: User, at: datetime) -> HoursReview:
    """Take the decision back: its SMS does not leave, hours and state are as before it.

    Raises CannotUndo when the time is over or the SMS has left, CertificateIssued, OwnInstitution, and learning's
    CannotClear when hours were earned since a clearing.
    """
    review = _locked(review)
    _must_be_independent(review, by)
    enrolment = review.enrolment
    over = review.is_pending or enrolment.admission == Admission.WITHDRAWN
    if over or not rules.may_undo(review.decided_at, at, rules_for(ReviewRules, at=at)):
        raise CannotUndo
    if review.state == ReviewState.APPROVED and (enrolment.certified_at or enrolment.hours_recorded_at):
        raise CertificateIssued
    if not cancel_sms(sms_key(review), at=at) and queries.sms_has_left(sms_key(review)):
        raise CannotUndo
    if review.state == ReviewState.APPROVED:
        learning.note_hours_approval_undone(enrolment, by=by, at=at)
    elif review.clearing is not None:
        learning.undo_clearing(review.clearing, by=by, at=at)
    undone = review.state
    review.state, review.ground, review.note = ReviewState.PENDING, "", ""
    review.decided_by = review.decided_at = review.clearing = None
    review.undone_at = at
    review.save()
    _record("review.undone", review, by=by, at=at, decision=undone)
    return review


@transaction.atomic
def close_review(review: HoursReview, *, by: User, at: datetime) -> None:
    """Nobody judges it any more, because the enrolment is withdrawn. The hours and their evidence stay as they are."""
    review = _locked(review)
    if not review.is_pending:
        return
    review.state, review.decided_by, review.decided_at = ReviewState.WITHDRAWN, by, at
    review.save(update_fields=["state", "decided_by", "decided_at"])
    _record("review.closed", review, by=by, at=at, round=review.round)


def sms_key(review: HoursReview) -> str:
    """Names the SMS of the current decision in the outbox; a decision after an undo has another."""
    return f"hours-review:{review.uuid}:{review.decision}"


def is_independent(user: User, institution: Institution) -> bool:
    """True when `user` holds no role at `institution`: nobody reviews their own institution."""
    with tenant_context(institution):
        return not GroupMembership.objects.filter(user_id=user.pk).exists()


def _must_be_independent(review: HoursReview, by: User) -> None:
    if review.enrolment.user_id == by.pk or not is_independent(by, review.institution):
        raise OwnInstitution


def _to_decide(review: HoursReview, by: User) -> HoursReview:
    review = _locked(review)
    _must_be_independent(review, by)
    if not review.is_pending or review.enrolment.hours_state != HoursState.IN_REVIEW:
        raise AlreadyDecided
    return review


def _locked(review: HoursReview) -> HoursReview:
    """Lock the enrolment first, as open_review and learning do, then the review: no two orders, no deadlock."""
    _locked_enrolment(review.enrolment_id)
    return (
        HoursReview.objects.select_for_update(of=("self",))
        .select_related("institution", "clearing", "enrolment__user", "enrolment__position")
        .get(pk=review.pk)
    )


def _locked_enrolment(pk: int) -> Enrolment:
    return Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("institution").get(pk=pk)


def _decide(review: HoursReview, state: ReviewState, *, by: User, at: datetime, note: str) -> None:
    review.state, review.note = state, note.strip()
    review.decided_by, review.decided_at = by, at
    review.decision += 1
    review.save()
    review.enrolment.refresh_from_db()


def _queue(review: HoursReview, template: str, params: dict[str, object], at: datetime) -> None:
    try:
        queue_sms(
            user=review.enrolment.user,
            template=template,
            params=params,
            institution=review.institution,
            at=at,
            not_before=rules.undo_until(at, rules_for(ReviewRules, at=at)),
            key=sms_key(review),
        )
    except NoPhone:
        # The decision stands without it; the person sees it in the personal centre.
        log.warning("review.no_phone", review=str(review.uuid))


def _record(action: str, review: HoursReview, *, by: User | None, at: datetime, **data: object) -> None:
    record(action, actor=by, subject=review, institution=review.institution, at=at, **data)
