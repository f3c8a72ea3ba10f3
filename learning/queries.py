"""Reads that more than one door needs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from learning.models import Admission, Enrolment, HoursState, LessonProgress, PlanLesson
from learning.rules import hours_of_lesson, shown_hours


@dataclass(frozen=True)
class LessonLine:
    """One line of the lesson list."""

    lesson_id: int
    order: int
    title: str
    hours: Decimal
    credited_ms: int
    duration_ms: int
    completed_at: datetime | None
    has_captions: bool

    @property
    def hours_label(self) -> str:
        """1.5, 16: without trailing zeros and never as 1E+1."""
        return format(self.hours.normalize(), "f")

    @property
    def percent(self) -> int:
        """How much of it is studied, whole and cut."""
        return min(100, 100 * self.credited_ms // self.duration_ms) if self.duration_ms else 0

    @property
    def is_begun(self) -> bool:
        return 0 < self.percent < 100

    @property
    def is_done(self) -> bool:
        return self.completed_at is not None


@dataclass(frozen=True)
class Progress:
    """Where an enrolment stands. Hours are tenths, cut; `percent` is whole and 100 only when all is complete."""

    credited_ms: int
    total_ms: int
    hours_done: Decimal
    hours_required: Decimal
    percent: int
    lessons: list[LessonLine]
    next_lesson: LessonLine | None

    @property
    def is_complete(self) -> bool:
        return self.next_lesson is None and bool(self.lessons)

    @property
    def lessons_done(self) -> int:
        return sum(line.is_done for line in self.lessons)


def progress_of(enrolment: Enrolment) -> Progress:
    """The progress of one enrolment over the lessons of its plan: two queries."""
    return progress_of_many([enrolment])[enrolment.pk]


def progress_of_many(enrolments: list[Enrolment]) -> dict[int, Progress]:
    """`progress_of` for a page of enrolments in a fixed number of queries, by enrolment id. Needs `plan` loaded."""
    plans = _plan_rows({enrolment.plan_id for enrolment in enrolments})
    rows = _progress_rows([enrolment.pk for enrolment in enrolments])
    return {enrolment.pk: _progress(enrolment, plans[enrolment.plan_id], rows) for enrolment in enrolments}


def _plan_rows(plan_ids: set[int]) -> dict[int, list[PlanLesson]]:
    """The lessons of some plans in order, by plan."""
    found: dict[int, list[PlanLesson]] = {plan_id: [] for plan_id in plan_ids}
    for row in PlanLesson.objects.filter(plan__in=plan_ids).select_related("lesson__media").order_by("order"):
        found[row.plan_id].append(row)
    return found


def _progress_rows(enrolment_ids: list[int]) -> dict[tuple[int, int], LessonProgress]:
    found = LessonProgress.objects.filter(enrolment__in=enrolment_ids).select_related("media")
    return {(row.enrolment_id, row.lesson_id): row for row in found}


def _progress(enrolment: Enrolment, plan: list[PlanLesson], rows: dict[tuple[int, int], LessonProgress]) -> Progress:
    lines = [_line(item, rows.get((enrolment.pk, item.lesson_id))) for item in plan]
    required = enrolment.plan.hours_required
    done = sum((hours_of_lesson(line.hours, line.credited_ms, line.duration_ms) for line in lines), Decimal(0))
    following = next((line for line in lines if not line.is_done), None)
    if following is None and lines:
        percent = 100
    else:
        percent = min(99, int(100 * done / required)) if required else 0
    return Progress(
        credited_ms=sum(line.credited_ms for line in lines),
        total_ms=sum(line.duration_ms for line in lines),
        hours_done=shown_hours(min(done, required)),
        hours_required=required.quantize(Decimal(1)) if required == required.to_integral() else required,
        percent=percent,
        lessons=lines,
        next_lesson=following,
    )


def _line(item: PlanLesson, row: LessonProgress | None) -> LessonLine:
    media = row.media if row else item.lesson.media
    return LessonLine(
        lesson_id=item.lesson_id,
        order=item.order,
        title=item.lesson.title,
        hours=item.hours,
        credited_ms=row.credited_ms if row else 0,
        duration_ms=row.duration_ms if row else (media.duration_ms if media else 0),
        completed_at=row.completed_at if row else None,
        has_captions=bool(media and media.has_captions),
    )


def bandwidths_of(plan_id: int) -> tuple[int, int]:
    """Bits a second that the lessons of a plan want: in their smallest pictures, and in their best. 0 without media."""
    lists = PlanLesson.objects.filter(plan=plan_id).values_list("lesson__media__renditions", flat=True)
    each = [[one["bandwidth"] for one in renditions] for renditions in lists if renditions]
    return max(map(min, each), default=0), max(map(max, each), default=0)


def unfinished_lessons(enrolment: Enrolment) -> QuerySet[PlanLesson]:
    """The lessons of the plan that are not complete, in order."""
    complete = LessonProgress.objects.filter(enrolment=enrolment, lesson=OuterRef("lesson"), completed_at__isnull=False)
    return PlanLesson.objects.filter(plan=enrolment.plan_id).exclude(Exists(complete)).order_by("order")


def finished_enrolments() -> QuerySet[Enrolment]:
    """Enrolments still counted as studying although every lesson of their plan is complete."""
    complete = LessonProgress.objects.filter(
        enrolment=OuterRef(OuterRef("pk")), lesson=OuterRef("lesson"), completed_at__isnull=False
    )
    missing = PlanLesson.objects.filter(plan=OuterRef("plan")).exclude(Exists(complete))
    studying = Enrolment.objects.filter(
        admission=Admission.ADMITTED, hours_state__in=[HoursState.STUDYING, HoursState.CLEARED]
    )
    return studying.filter(progress__completed_at__isnull=False).exclude(Exists(missing)).distinct()
