"""Short questions on the lesson, at moments nobody can foresee: is somebody following?

When a question is due, the statement that credits the next beat opens it (`answer_by`); from then on time counts for
`question_answer_s`. A right answer draws the next moment. Whoever opens the lesson anew meets the same question.
"""

from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any

from django.db import transaction

from learning.errors import CannotStudy
from learning.models import Enrolment, Lesson, LessonQuestion, PresenceCheck, StudySession
from learning.rules import StudyRules, next_question_s
from tenants.rulesets.services import rules_for

RANDOM = SystemRandom()


def first_question(enrolment: Enrolment, lesson: Lesson, rules: StudyRules, at: datetime) -> dict[str, Any]:
    """What a new sitting knows of its first question: the one that its predecessor had open or drawn stays due."""
    question = _draw(lesson.pk, None)
    if not rules.question_every_s or question is None:
        return {}
    before = StudySession.objects.filter(enrolment=enrolment).order_by("-pk").first()
    due: datetime | None
    if before is not None and before.answer_by is not None:
        due = at
    elif before is not None and before.ask_at is not None:
        due = before.ask_at
    else:
        due = _due(rules, at)
    return {"ask_at": due, "question": question}


def open_question(session: StudySession) -> LessonQuestion:
    """The question that stands open in a sitting. Raises `CannotStudy`."""
    if session.answer_by is None or session.question is None or session.ended_at:
        raise CannotStudy("no_question", status=404)
    return session.question


@transaction.atomic
def answer_question(session: StudySession, question_uuid: str, choice: int, *, at: datetime) -> PresenceCheck:
    """Write an answer down. A right one closes the question and draws the next moment; after a wrong one another
    question stands open, until the same time. Raises `CannotStudy`.

    An answer after `answer_by` lets time count from `at` on: what lies between is not given.
    """
    found = StudySession.objects.select_for_update(no_key=True, of=("self",)).get(pk=session.pk)
    question = open_question(found)
    rules = rules_for(StudyRules, at=at)
    if str(question.uuid) != question_uuid:
        raise CannotStudy("no_question")
    last = found.checks.order_by("-pk").first()
    if last is not None and at < last.answered_at + timedelta(seconds=rules.question_wait_s):
        raise CannotStudy("question_wait", status=429)
    assert found.answer_by is not None
    check = PresenceCheck.objects.create(
        institution_id=found.institution_id,
        session=found,
        question=question,
        answer_by=found.answer_by,
        answered_at=at,
        choice=choice,
        right=choice == question.answer,
    )
    found.question = _draw(found.lesson_id, question.pk) or question
    if check.right:
        found.resumed_at = found.resumed_at if check.in_time else _cut(at)
        found.answer_by, found.ask_at = None, _due(rules, at)
    found.save(update_fields=["question", "answer_by", "ask_at", "resumed_at"])
    return check


def _draw(lesson_id: int, but: int | None) -> LessonQuestion | None:
    """Any question of the lesson, another one than `but` where there is one."""
    asked = LessonQuestion.objects.filter(lesson=lesson_id, retired_at=None)
    pool = list(asked if but is None else asked.exclude(pk=but))
    return RANDOM.choice(pool) if pool else None


def _due(rules: StudyRules, at: datetime, random: Random = RANDOM) -> datetime | None:
    if not rules.question_every_s:
        return None
    return at + timedelta(seconds=next_question_s(rules.question_every_s, random.random()))


def _cut(at: datetime) -> datetime:
    """To the millisecond, as all times of credit are."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
