"""Reads of the resource library for the association's screens; each is a fixed number of statements."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from learning.models import Course, Lesson, LessonProgress, LessonQuestion, Plan, PlanLesson


def courses() -> QuerySet[Course]:
    """With `lesson_count`, `missing_count` (lessons without a video), `total_ms` and `plan_count` (published)."""
    plans = (
        PlanLesson.objects.filter(lesson__course=OuterRef("pk"), plan__published_at__isnull=False)
        .order_by()
        .values("lesson__course")
        .annotate(n=Count("plan", distinct=True))
        .values("n")
    )
    return Course.objects.annotate(
        lesson_count=Count("lessons"),
        missing_count=Count("lessons", filter=Q(lessons__media=None)),
        total_ms=Coalesce(Sum("lessons__media__duration_ms"), 0),
        plan_count=Coalesce(Subquery(plans), 0),
    ).order_by("code")


def lessons_of(course: Course) -> QuerySet[Lesson]:
    """In order, with `question_count`, `plan_count` (published plans)."""
    return _counted(Lesson.objects.filter(course=course)).order_by("order", "code")


def _counted(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    questions = LessonQuestion.objects.filter(lesson=OuterRef("pk"), retired_at=None)
    plans = PlanLesson.objects.filter(lesson=OuterRef("pk"), plan__published_at__isnull=False)
    return rows.select_related("media", "course").annotate(
        question_count=Coalesce(Subquery(_number(questions)), 0), plan_count=Coalesce(Subquery(_number(plans)), 0)
    )


def _number(rows: QuerySet) -> QuerySet:
    return rows.order_by().values("lesson").annotate(n=Count("pk")).values("n")


def library() -> QuerySet[Lesson]:
    """Every lesson by course, for choosing."""
    return Lesson.objects.select_related("course", "media").order_by("course__code", "order", "code")


def lesson_with_use(pk: int) -> QuerySet[Lesson]:
    """One lesson, with `is_studied` and its counts."""
    studied = LessonProgress.objects.filter(lesson=OuterRef("pk"))
    return _counted(Lesson.objects.filter(pk=pk)).select_related("media__upload").annotate(is_studied=Exists(studied))


def plans_of(year: int) -> QuerySet[Plan]:
    """The plans of a year, newest first in each position, with `hours` and `lesson_count`."""
    return (
        Plan.objects.filter(year=year)
        .select_related("position")
        .annotate(
            hours=Coalesce(Sum("plan_lessons__hours"), 0 * F("hours_required")), lesson_count=Count("plan_lessons")
        )
        .order_by("position__code", "-pk")
    )
