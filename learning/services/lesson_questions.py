"""Short questions on a lesson. One that was asked is never changed: it retires, and a new one follows it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from learning.catalogue_rules import cleaned_options, refusal_of_question
from learning.errors import CannotChangeCatalogue
from learning.models import Lesson, LessonQuestion
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record


@transaction.atomic
def add_question(
    lesson: Lesson, stem: str, options: Sequence[str], answer: int, *, by: User | None, at: datetime
) -> LessonQuestion:
    """`answer`: index of the right option, from 0. Raises `CannotChangeCatalogue`, `Gone`."""
    question = _create(held(lesson), stem, options, answer)
    record("lesson_question.added", actor=by, subject=question, at=at, lesson=lesson.code)
    return question


@transaction.atomic
def change_question(
    question: LessonQuestion, stem: str, options: Sequence[str], answer: int, *, by: User, at: datetime
) -> LessonQuestion:
    """Retire it and put another in its place; answers that were given keep the old words. Raises
    `CannotChangeCatalogue`."""
    old = _in_use(question)
    new = _create(old.lesson, stem, options, answer)
    old.retired_at = at
    old.save(update_fields=["retired_at"])
    record("lesson_question.changed", actor=by, subject=new, at=at, lesson=old.lesson.code, was=str(old.uuid))
    return new


@transaction.atomic
def retire_question(question: LessonQuestion, *, by: User, at: datetime) -> None:
    """It is asked no more. Raises `CannotChangeCatalogue`."""
    old = _in_use(question)
    old.retired_at = at
    old.save(update_fields=["retired_at"])
    record("lesson_question.retired", actor=by, subject=old, at=at, lesson=old.lesson.code)


def _in_use(question: LessonQuestion) -> LessonQuestion:
    """Of a lesson that stays: a deleted one takes its questions along. Raises `Gone`."""
    held(Lesson(pk=question.lesson_id))
    found = held(question)
    if found.retired_at:
        raise CannotChangeCatalogue("retired")
    return found


def _create(lesson: Lesson, stem: str, options: Sequence[str], answer: int) -> LessonQuestion:
    texts = cleaned_options(options)
    if refusal := refusal_of_question(stem, texts, answer):
        raise CannotChangeCatalogue(refusal, field={"same": "options"}.get(refusal, refusal))
    return LessonQuestion.objects.create(lesson=lesson, stem=" ".join(stem.split()), options=texts, answer=answer)
