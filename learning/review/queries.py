"""Reads for the reviewer's screens: the queue and its figures. One case is `case_of` (see case.py).

All of them need the association's scope (`tenants.scopes.province_scope`): a case belongs to an institution.
"""

from django.db.models import Count, Exists, OuterRef, QuerySet

from learning.models import Admission, Enrolment, HoursState
from learning.review.case import Case, case_of
from learning.review.models import HoursReview, ReviewState
from learning.review.words import reason_lines, sms_texts
from tenants.messages.models import Sms, SmsState

__all__ = [
    "Case",
    "case_of",
    "counts",
    "decided_reviews",
    "enrolments_without_review",
    "last_review",
    "pending_reviews",
    "reason_lines",
    "reviews",
    "sms_has_left",
    "sms_texts",
]


def pending_reviews() -> QuerySet[HoursReview]:
    """The queue: highest risk first, then the longest waiting."""
    return (
        HoursReview.objects.filter(state=ReviewState.PENDING)
        .select_related("institution", "enrolment__user", "enrolment__position", "enrolment__training_class")
        .order_by("-risk", "opened_at", "pk")
    )


def decided_reviews() -> QuerySet[HoursReview]:
    """What was decided, latest first; not what ended with the enrolment."""
    return (
        HoursReview.objects.exclude(state__in=(ReviewState.PENDING, ReviewState.WITHDRAWN))
        .select_related("institution", "enrolment__user", "enrolment__position", "decided_by")
        .order_by("-decided_at")
    )


def reviews() -> QuerySet[HoursReview]:
    """Every review with what its page shows, whatever its state."""
    return HoursReview.objects.select_related(
        "institution",
        "enrolment__user",
        "enrolment__position",
        "enrolment__training_class",
        "enrolment__post_certificate",
        "enrolment__plan",
        "decided_by",
        "clearing",
    )


def enrolments_without_review() -> QuerySet[Enrolment]:
    """Complete enrolments that wait for a review that has not been opened."""
    pending = HoursReview.objects.filter(enrolment=OuterRef("pk"), state=ReviewState.PENDING)
    waiting = Enrolment.objects.filter(admission=Admission.ADMITTED, hours_state=HoursState.IN_REVIEW)
    return waiting.filter(~Exists(pending)).order_by("pk")


def last_review(enrolment: Enrolment) -> HoursReview | None:
    """The latest round of an enrolment: what the trainee's page tells about the decision."""
    return HoursReview.objects.filter(enrolment=enrolment).order_by("-round").first()


def sms_has_left(key: str) -> bool:
    """True once the outbox has handed this message to a gateway, or is doing so."""
    return Sms.objects.filter(key=key, state__in=[SmsState.SENDING, SmsState.SENT]).exists()


def counts() -> dict[str, int]:
    """Reviews by state, for the figures above the queue."""
    found = dict(HoursReview.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in ReviewState.values}
