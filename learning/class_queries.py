"""Who is in a class and how far."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from learning.class_rules import STANDINGS, share_of_window, standing_of
from learning.models import Admission, Enrolment, HoursState, TrainingClass
from learning.queries import Progress, progress_of_many


@dataclass(frozen=True)
class Member:
    """One enrolment of a class. `standing` is empty until it is admitted."""

    enrolment: Enrolment
    progress: Progress
    standing: str


def members_of(training_class: TrainingClass, today: date) -> list[Member]:
    """Everybody who has not withdrawn, by pinyin: three queries whatever their number."""
    rows = (
        Enrolment.objects.filter(training_class=training_class)
        .exclude(admission=Admission.WITHDRAWN)
        .select_related("user", "position", "plan", "institution")
    )
    people = list(rows.order_by("user__name_pinyin", "pk"))
    progress = progress_of_many(people)
    share = share_of_window(training_class.starts_on, training_class.ends_on, today)
    return [Member(one, progress[one.pk], _standing(one, progress[one.pk], share)) for one in people]


def _standing(enrolment: Enrolment, progress: Progress, share: Fraction) -> str:
    if enrolment.admission != Admission.ADMITTED:
        return ""
    required = Fraction(enrolment.plan.hours_required)
    return standing_of(
        # Begun is whoever has earned anything, even less than the tenth of an hour that people see.
        done=max(Fraction(progress.hours_done) / required, Fraction(min(progress.credited_ms, 1), 10**9))
        if required
        else Fraction(0),
        complete=progress.is_complete or enrolment.hours_state in (HoursState.IN_REVIEW, HoursState.APPROVED),
        exam=enrolment.exam_state,
        passed_share=share,
    )


def counts_of(members: list[Member]) -> dict[str, int]:
    """How many stand where, every standing of `STANDINGS` in its order."""
    found = Counter(member.standing for member in members)
    return {standing: found[standing] for standing in STANDINGS}
