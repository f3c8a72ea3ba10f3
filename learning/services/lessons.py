"""The resource library's courses and lessons: enter, change, order. What was studied is never deleted."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Model

from learning.catalogue_rules import normalised_code
from learning.errors import CannotChangeCatalogue
from learning.models import Course, Lesson, LessonProgress
from tenants.accounts.models import User
from tenants.audit.services import record


@transaction.atomic
def create_course(code: str, title: str, *, by: User, at: datetime) -> Course:
    """A new, empty course. Raises `CannotChangeCatalogue`."""
    course = Course.objects.create(code=_free_code(Course, code), title=_title(title))
    record("course.created", actor=by, subject=course, at=at, code=course.code)
    return course


@transaction.atomic
def change_course(course: Course, code: str, title: str, *, by: User, at: datetime) -> Course:
    """Another code or title. Raises `CannotChangeCatalogue`."""
    found = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    was = {"code": found.code, "title": found.title}
    found.code, found.title = _free_code(Course, code, but=found), _title(title)
    found.save(update_fields=["code", "title"])
    record("course.changed", actor=by, subject=found, at=at, was=was, now={"code": found.code, "title": found.title})
    return found


@transaction.atomic
def delete_course(course: Course, *, by: User, at: datetime) -> None:
    """Only an empty one. Raises `CannotChangeCatalogue`."""
    found = Course.objects.select_for_update().get(pk=course.pk)
    if found.lessons.exists():
        raise CannotChangeCatalogue("has_lessons")
    record("course.deleted", actor=by, subject=found, at=at, code=found.code)
    found.delete()


@transaction.atomic
def create_lesson(course: Course, code: str, title: str, *, by: User, at: datetime) -> Lesson:
    """A lesson without a video yet, at the end of its course. Raises `CannotChangeCatalogue`."""
    found = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    last = found.lessons.aggregate(last=Max("order"))["last"] or 0
    lesson = Lesson.objects.create(course=found, code=_free_code(Lesson, code), title=_title(title), order=last + 1)
    record("lesson.created", actor=by, subject=lesson, at=at, code=lesson.code)
    return lesson


@transaction.atomic
def change_lesson(lesson: Lesson, code: str, title: str, *, by: User, at: datetime) -> Lesson:
    """Another code or title. Raises `CannotChangeCatalogue`."""
    found = Lesson.objects.select_for_update(no_key=True).get(pk=lesson.pk)
    was = {"code": found.code, "title": found.title}
    found.code, found.title = _free_code(Lesson, code, but=found), _title(title)
    found.save(update_fields=["code", "title"])
    record("lesson.changed", actor=by, subject=found, at=at, was=was, now={"code": found.code, "title": found.title})
    return found


@transaction.atomic
def move_lesson(lesson: Lesson, *, up: bool, by: User, at: datetime) -> None:
    """One place up or down in its course; the order of plans stays. Raises `CannotChangeCatalogue`."""
    Course.objects.select_for_update(no_key=True).get(pk=lesson.course_id)
    rows = list(Lesson.objects.filter(course=lesson.course_id).order_by("order", "code"))
    here = next(index for index, row in enumerate(rows) if row.pk == lesson.pk)
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
    found = Lesson.objects.select_for_update().get(pk=lesson.pk)
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
