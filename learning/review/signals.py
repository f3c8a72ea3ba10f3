"""What the hours review does when something happens to an enrolment."""

from datetime import datetime
from typing import Any

from learning.models import Enrolment
from learning.review.models import HoursReview, ReviewState
from learning.review.services import close_review


def close_with_enrolment(sender: Any, enrolment: Enrolment, by: Any, at: datetime, **_: Any) -> None:
    """Nothing is left to decide about an enrolment that is withdrawn (ADR 0222)."""
    for review in HoursReview.objects.filter(enrolment=enrolment, state=ReviewState.PENDING):
        close_review(review, by=by, at=at)
