"""What the exam's services hold until the end of their transaction: the enrolment first, then the attempt. A withdrawal
comes in the same order, so nobody waits in a circle."""

from exams.models import Attempt
from learning.models import Enrolment


def held(pk: int) -> Attempt:
    """The attempt as it is now, with its enrolment."""
    Enrolment.objects.select_for_update(no_key=True, of=("self",)).get(attempts=pk)
    return Attempt.objects.select_for_update(of=("self",)).select_related("institution", "enrolment").get(pk=pk)


def held_if_free(pk: int) -> Attempt | None:
    """The same of an open attempt; None where somebody else holds it, or it is open no more."""
    free = Enrolment.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(attempts=pk)
    if free.first() is None:
        return None
    rows = Attempt.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, submitted_at=None)
    return rows.select_related("institution", "enrolment").first()
