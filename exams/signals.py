"""What the exam does when something happens on the floor below."""

from datetime import datetime
from typing import Any

from exams.models import Attempt, Supervision
from exams.services import abandon, settle
from learning.errors import CannotEnrol
from learning.models import Enrolment


def end_with_enrolment(sender: Any, enrolment: Enrolment, by: Any, at: datetime, **_: Any) -> None:
    """A paper that is being written ends with the enrolment, without a result (ADR 0222).

    One whose time was over already is graded first; if it is passed, nobody withdraws any more.
    """
    for attempt in Attempt.objects.filter(enrolment=enrolment, submitted_at=None):
        settled = settle(attempt, at=at)
        if settled.passed and settled.supervision != Supervision.LOOK:
            raise CannotEnrol("withdraw_passed")
        if settled.is_open:
            abandon(settled, by=by, at=at)
