"""Reads of the exam: where a person stands, and a paper as it may be shown. No key leaves this module."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from exams.models import Answer, Attempt, Item, Kind, Supervision
from exams.rules import LETTERS, ExamRules, rules_from
from learning.models import Admission, Enrolment, ExamState
from tenants.accounts.models import User

# The place for the answer in a stem is written with spaces; on the page it keeps its width and never breaks.
BLANK = re.compile(r"（\s*）")
CLOSED, READY, RUNNING, AGAIN, PASSED = "closed", "ready", "running", "again", "passed"
WAITING = "waiting"  # passed, and the camera's evidence waits for a person's look
MAY_BEGIN = (READY, AGAIN, WAITING)


@dataclass(frozen=True)
class Standing:
    """One enrolment's exam. `state`: closed (hours incomplete) · ready · running · waiting (passed, a person
    has to look at the evidence) · again (failed so far) · passed."""

    enrolment: Enrolment
    state: str
    attempts: list[Attempt]

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    @property
    def graded(self) -> list[Attempt]:
        """Latest first."""
        return [attempt for attempt in self.attempts if attempt.graded_at is not None]

    @property
    def best_score(self) -> int | None:
        return max((attempt.score for attempt in self.graded if attempt.score is not None), default=None)


def standings(user: User) -> list[Standing]:
    """All admitted enrolments of a person in the scope, newest year first: two queries."""
    enrolments = list(
        Enrolment.objects.filter(user=user, admission=Admission.ADMITTED)
        .select_related("position", "institution")
        .order_by("-year", "-pk")
    )
    attempts = _attempts(enrolments)
    return [_standing(enrolment, attempts.get(enrolment.pk, [])) for enrolment in enrolments]


def standing_of(enrolment: Enrolment) -> Standing:
    return _standing(enrolment, _attempts([enrolment]).get(enrolment.pk, []))


def _attempts(enrolments: Iterable[Enrolment]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(enrolment__in=list(enrolments)).order_by("-number"):
        found.setdefault(attempt.enrolment_id, []).append(attempt)
    return found


def _standing(enrolment: Enrolment, attempts: list[Attempt]) -> Standing:
    if enrolment.exam_state == ExamState.PASSED:
        state = PASSED
    elif attempts and attempts[0].is_open:
        state = RUNNING
    elif enrolment.exam_state == ExamState.CLOSED:
        state = CLOSED
    elif any(attempt.passed and attempt.supervision == Supervision.LOOK for attempt in attempts):
        state = WAITING
    else:
        state = AGAIN if attempts else READY
    return Standing(enrolment, state, attempts)


def attempts_of(user: User) -> QuerySet[Attempt]:
    """A person's own attempts in the scope: the only ones a page may look up."""
    return Attempt.objects.filter(user=user).select_related("institution", "enrolment__position", "enrolment__plan")


@dataclass(frozen=True)
class ShownOption:
    letter: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class ShownItem:
    """A question as the page may have it: everything but the key."""

    number: int
    kind: str
    kind_label: str
    points: int
    stem: str
    options: list[ShownOption]
    choice: str
    seq: int


@dataclass(frozen=True)
class ShownGroup:
    """The items of one kind, for the answer sheet."""

    label: str
    items: list[ShownItem]

    @property
    def first(self) -> int:
        return self.items[0].number

    @property
    def last(self) -> int:
        return self.items[-1].number


def shown_paper(attempt: Attempt) -> list[ShownGroup]:
    """The paper with what is saved: two queries, whatever its length."""
    items = Item.objects.filter(attempt=attempt).defer("key").order_by("number")
    answers = {answer.item_id: answer for answer in Answer.objects.filter(item__attempt=attempt)}
    shown = [_shown(item, answers.get(item.pk)) for item in items]
    groups = [ShownGroup(str(kind.label), [item for item in shown if item.kind == kind]) for kind in Kind]
    return [group for group in groups if group.items]


def _shown(item: Item, answer: Answer | None) -> ShownItem:
    choice = answer.choice if answer else ""
    options = [ShownOption(letter, text, letter in choice) for letter, text in zip(LETTERS, item.options, strict=False)]
    return ShownItem(
        number=item.number,
        kind=item.kind,
        kind_label=item.get_kind_display(),
        points=item.points,
        stem=BLANK.sub("（\u00a0\u00a0\u00a0\u00a0）", item.stem),
        options=options,
        choice=choice,
        seq=answer.client_seq if answer else 0,
    )


def rules_of(attempt: Attempt) -> ExamRules:
    return rules_from(attempt.rules)


def ms_until(deadline_at: datetime, at: datetime) -> int:
    """Milliseconds until the server's deadline, never negative."""
    return max(0, round((deadline_at - at).total_seconds() * 1000))
