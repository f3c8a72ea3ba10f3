"""The verbs of the exam: start, save, submit, grade what is overdue. Every change writes its audit row."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random, SystemRandom
from uuid import UUID

from django.db import transaction

from exams import answers as saving
from exams import rules as exam_rules
from exams import watching
from exams.answers import SavedAnswer, SentAnswer
from exams.errors import AlreadyPassed, BadAnswer, BankTooSmall, Closed, HoursIncomplete, NotYours, TooLate, Withdrawn
from exams.locks import held, held_if_free
from exams.models import Answer, Attempt, Item, Question, Supervision
from exams.rules import DrawnItem, ExamRules, GradedItem, PoolQuestion
from learning import services as learning
from learning.models import Admission, Enrolment, ExamState
from proctoring.models import CameraSession
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.rulesets.services import rules_for
from tenants.states import require_live


@transaction.atomic
def start_attempt(
    enrolment: Enrolment, *, by: User, at: datetime, camera: CameraSession | None = None, random: Random | None = None
) -> Attempt:
    """The open attempt of this enrolment, or a new one with a fresh paper. Pressing twice gives one paper.

    `camera`: a sitting for exams that is verified at `at`. The attempt is written under it; one that is open already
    goes on with or without.
    Raises NotYours, Withdrawn, HoursIncomplete, AlreadyPassed, FaceCheckNeeded, BankTooSmall, NotLive.
    """
    require_live(enrolment.institution_id)
    enrolment = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",)).select_related("position").get(pk=enrolment.pk)
    )
    if enrolment.user_id != by.pk:
        raise NotYours
    if enrolment.admission == Admission.WITHDRAWN:
        raise Withdrawn
    if enrolment.exam_state == ExamState.PASSED:
        raise AlreadyPassed
    if enrolment.exam_state != ExamState.OPEN:
        raise HoursIncomplete
    last = Attempt.objects.filter(enrolment=enrolment).order_by("-number").first()
    if last is not None:
        last = settle(last, at=at)
        if last.is_open:
            watching.watch(last, camera, at=at)
            return last
        enrolment.refresh_from_db(fields=["exam_state"])
        if enrolment.exam_state == ExamState.PASSED:
            raise AlreadyPassed
    rules = rules_for(ExamRules, at=at)
    paper = _draw(enrolment.position.code, last, rules, random or SystemRandom())
    if rules.camera:
        watching.require_verified(camera, enrolment, at=at)
    attempt = _open_attempt(enrolment, last, rules, paper, by=by, at=at)
    watching.watch(attempt, camera, at=at)
    return attempt


def _open_attempt(
    enrolment: Enrolment, last: Attempt | None, rules: ExamRules, paper: list[DrawnItem], *, by: User, at: datetime
) -> Attempt:
    attempt = Attempt.objects.create(
        institution_id=enrolment.institution_id,
        enrolment=enrolment,
        user=by,
        number=last.number + 1 if last else 1,
        rules=asdict(rules),
        opened_at=at,
        deadline_at=at + timedelta(minutes=rules.minutes),
    )
    stems = dict(Question.objects.filter(pk__in=[i.question_id for i in paper]).values_list("pk", "stem"))
    Item.objects.bulk_create(_item(attempt, drawn, stems[drawn.question_id]) for drawn in paper)
    learning.note_first_attempt(enrolment, at=at)
    record("exam.started", actor=by, subject=attempt, institution=attempt.institution, at=at, number=attempt.number)
    return attempt


def _draw(position: str, last: Attempt | None, rules: ExamRules, random: Random) -> list[DrawnItem]:
    pool = [
        PoolQuestion(q.pk, q.kind, q.is_common, tuple(q.options), q.answer)
        for q in Question.objects.for_position(position)
    ]
    seen = Item.objects.filter(attempt=last).values_list("question_id", flat=True) if last else ()
    try:
        return exam_rules.draw_paper(pool, rules, last=seen, random=random)
    except exam_rules.PoolTooSmall as error:
        raise BankTooSmall from error


def _item(attempt: Attempt, drawn: DrawnItem, stem: str) -> Item:
    return Item(
        attempt=attempt,
        question_id=drawn.question_id,
        number=drawn.number,
        kind=drawn.kind,
        stem=stem,
        options=list(drawn.options),
        key=drawn.key,
        points=drawn.points,
    )


def save_answer(attempt: Attempt, number: int, choice: str, client_seq: int, *, by: User, at: datetime) -> SavedAnswer:
    """One answer, committed when this returns. See save_answers."""
    sent = SentAnswer(number, choice, client_seq)
    return save_answers(attempt.uuid, by=by, institution_id=attempt.institution_id, answers=[sent], at=at)[0]


def save_answers(
    attempt: UUID, *, by: User, institution_id: int, answers: Sequence[SentAnswer], at: datetime
) -> list[SavedAnswer]:
    """Save what the client holds; what is returned is committed and will be graded.

    Idempotent by seq per item: repeats and older ones change nothing and return what is stored. All or none:
    raises NotYours (404), TooLate, Closed (409), BadAnswer (400) and then nothing of this call counts as saved.
    """
    sent = saving.latest_of(answers)
    if not all(saving.is_choice(a.choice) and saving.is_seq(a.seq) for a in sent):
        raise BadAnswer
    with transaction.atomic():
        saved = saving.write(attempt, user_id=by.pk, institution_id=institution_id, answers=sent, at=at)
        if any(answer.choice is None for answer in saved):  # lost a race to the first insert: look again
            saved = saving.write(attempt, user_id=by.pk, institution_id=institution_id, answers=sent, at=at)
        if len(saved) < len(sent):
            raise _refusal(attempt, by=by, institution_id=institution_id, at=at)
    return saved


def _refusal(attempt: UUID, *, by: User, institution_id: int, at: datetime) -> DomainError:
    """Why the statement took nothing. Only refused calls pay for this look."""
    found = Attempt.objects.filter(uuid=attempt, user=by, institution_id=institution_id).first()
    if found is None:
        return NotYours()
    if found.abandoned_at is not None:
        return Withdrawn()
    if at >= found.deadline_at:
        return TooLate()
    return BadAnswer() if found.is_open else Closed()


@transaction.atomic
def submit(attempt: Attempt, *, by: User, at: datetime) -> Attempt:
    """Hand in and grade. A second submit returns the first grade; after the deadline the deadline is the time."""
    if attempt.user_id != by.pk:
        raise NotYours
    locked = held(attempt.pk)
    return locked if not locked.is_open else _grade(locked, actor=by, at=at)


@transaction.atomic
def settle(attempt: Attempt, *, at: datetime) -> Attempt:
    """The attempt as it stands at `at`: graded by the server itself when its deadline has passed."""
    if not attempt.is_open or at < attempt.deadline_at:
        return attempt
    locked = held(attempt.pk)
    return locked if not locked.is_open else _grade(locked, actor=None, at=at)


def overdue(at: datetime, user: User | None = None) -> list[int]:
    """Ids of open attempts past their deadline, oldest first; of one person, or of everybody in the scope."""
    found = Attempt.objects.filter(submitted_at=None, deadline_at__lte=at)
    if user is not None:
        found = found.filter(user=user)
    return list(found.order_by("deadline_at").values_list("pk", flat=True))


def grade_overdue(*, at: datetime, user: User | None = None) -> int:
    """Grade every attempt whose deadline has passed, each in its own transaction; returns how many.

    May run twice at once: a row that another worker holds is left to it, a graded one is never graded again.
    """
    return sum(_grade_if_free(pk, at) for pk in overdue(at, user))


@transaction.atomic
def _grade_if_free(pk: int, at: datetime) -> bool:
    free = held_if_free(pk)
    if free is None:
        return False
    _grade(free, actor=None, at=at)
    return True


@transaction.atomic
def abandon(attempt: Attempt, *, by: User, at: datetime) -> Attempt:
    """End an open attempt without a result, because its enrolment is over. Answers, pictures and what was counted of
    the supervision stay; there is no score, and no verdict."""
    locked = held(attempt.pk)
    if not locked.is_open:
        return locked
    locked.submitted_at = locked.abandoned_at = at
    _verdict, locked.findings = watching.close(locked, by=by, at=at)
    locked.save(update_fields=["submitted_at", "abandoned_at", "findings"])
    record(
        "exam.abandoned", actor=by, subject=locked, institution=locked.institution, at=at, number=locked.number
    )  # fmt: skip
    return locked


def _grade(attempt: Attempt, *, actor: User | None, at: datetime) -> Attempt:
    """Write the one grade of a locked, open attempt. A pass is noted on the enrolment and stays there; one that the
    camera leaves in doubt waits for a person's look (`looks`), with its score."""
    choices = dict(Answer.objects.filter(item__attempt=attempt).values_list("item_id", "choice"))
    items = [GradedItem(i.kind, i.key, i.points, choices.get(i.pk, "")) for i in attempt.items.all()]
    result = exam_rules.grade(items, exam_rules.rules_from(attempt.rules))
    attempt.submitted_at = min(at, attempt.deadline_at)
    attempt.graded_at = at
    attempt.score, attempt.passed = result.score, result.passed
    attempt.supervision, attempt.findings = watching.close(attempt, by=actor, at=at)
    attempt.save(update_fields=["submitted_at", "graded_at", "score", "passed", "supervision", "findings"])
    answered = sum(1 for choice in choices.values() if choice)
    record(
        "exam.graded",
        actor=actor,
        subject=attempt,
        institution=attempt.institution,
        at=at,
        number=attempt.number,
        score=result.score,
        passed=result.passed,
        answered=answered,
        by_deadline=actor is None,
        supervision=attempt.supervision,
    )
    if result.passed and attempt.supervision != Supervision.LOOK:
        learning.note_exam_passed(attempt.enrolment, at=attempt.submitted_at)
    return attempt
