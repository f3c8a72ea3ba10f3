"""The resource library's courses and lessons: enter, change, order. What was studied is never deleted.

Everything that changes a row raises `tenants.errors.Gone` when somebody else has deleted it meanwhile.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Model

from learning.catalogue_rules import normalised_code
from learning.errors import CannotChangeCatalogue
from learning.models import Course, Lesson, LessonProgress
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.errors import Gone


@transaction.atomic
def create_course(code: str, title: str, *, by: User, at: datetime) -> Course:
    """A new, empty course. Raises `CannotChangeCatalogue`."""
    course = Course.objects.create(code=_free_code(Course, code), title=_title(title))
    record("course.created", actor=by, subject=course, at=at, code=course.code)
    return course


@transaction.atomic
def change_course(course: Course, code: str, title: str, *, by: User, at: datetime) -> Course:
    """Another code or title. Raises `CannotChangeCatalogue`."""
    found = held(course)
    was, now = _rename(found, code, title)
    record("course.changed", actor=by, subject=found, at=at, was=was, now=now)
    return found


@transaction.atomic
def delete_course(course: Course, *, by: User, at: datetime) -> None:
    """Only an empty one. Raises `CannotChangeCatalogue`."""
    found = held(course, to_delete=True)
    if found.lessons.exists():
        raise CannotChangeCatalogue("has_lessons")
    record("course.deleted", actor=by, subject=found, at=at, code=found.code)
    found.delete()


@transaction.atomic
def create_lesson(course: Course, code: str, title: str, *, by: User, at: datetime) -> Lesson:
    """A lesson without a video yet, at the end of its course. Raises `CannotChangeCatalogue`."""
    found = held(course)
    last = found.lessons.aggregate(last=Max("order"))["last"] or 0
    lesson = Lesson.objects.create(course=found, code=_free_code(Lesson, code), title=_title(title), order=last + 1)
    record("lesson.created", actor=by, subject=lesson, at=at, code=lesson.code)
    return lesson


@transaction.atomic
def change_lesson(lesson: Lesson, code: str, title: str, *, by: User, at: datetime) -> Lesson:
    """Another code or title. Raises `CannotChangeCatalogue`."""
    found = held(lesson)
    was, now = _rename(found, code, title)
    record("lesson.changed", actor=by, subject=found, at=at, was=was, now=now)
    return found


def _rename(found: Course | Lesson, code: str, title: str) -> tuple[dict[str, str], dict[str, str]]:
    """Save the names; what they were and what they are."""
    was = {"code": found.code, "title": found.title}
    found.code, found.title = _free_code(type(found), code, but=found), _title(title)
    found.save(update_fields=["code", "title"])
    return was, {"code": found.code, "title": found.title}


@transaction.atomic
def move_lesson(lesson: Lesson, *, up: bool, by: User, at: datetime) -> None:
    """One place up or down in its course; the order of plans stays. Raises `CannotChangeCatalogue`."""
    held(Course(pk=lesson.course_id))
    rows = list(Lesson.objects.filter(course=lesson.course_id).order_by("order", "code"))
    here = next((index for index, row in enumerate(rows) if row.pk == lesson.pk), None)
    if here is None:
        raise Gone()
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        raise CannotChangeCatalogue("at_end")
    rows[here], rows[there] = rows[there], rows[here]
    for order, row in enumerate(rows, 1):
        row.order = order
    Lesson.objects.bulk_update(rows, ["order"])
    record("lesson.moved", actor=by, subject=lesson, at=at, was=here + 1, now=there + 1)


@transaction.atomic
def delete_lesson(lesson: Lesson, *, by: User, at: datetime) -> None:
    """Only one that no plan holds and nobody studied. Raises `CannotChangeCatalogue`."""
    found = held(lesson, to_delete=True)
    if found.plan_lessons.exists() or LessonProgress.objects.filter(lesson=found).exists():
        raise CannotChangeCatalogue("in_use")
    record("lesson.deleted", actor=by, subject=found, at=at, code=found.code)
    found.delete()


def _title(typed: str) -> str:
    title = " ".join(typed.split())
    if not title:
        raise CannotChangeCatalogue("title", field="title")
    return title


def _free_code(model: type[Model], typed: str, but: Model | None = None) -> str:
    code = normalised_code(typed)
    if not code:
        raise CannotChangeCatalogue("code", field="code")
    others = model._default_manager.filter(code=code).exclude(pk=but.pk if but else None)
    if others.exists():
        raise CannotChangeCatalogue("code_taken", field="code")
    return code
