"""Drafts of plans: begin, copy, change, delete. `publish_plan` (catalogue.py) ends a draft; published plans are never
edited, a newer one follows them for new enrolments. A draft that was deleted meanwhile is `tenants.errors.Gone`."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from learning.errors import CannotChangePlan
from learning.models import Lesson, Plan, PlanLesson, Position
from learning.rules import StudyRules, hours_worth
from learning.services.catalogue import create_plan
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for

Row = tuple[int, Decimal]


@transaction.atomic
def draft_plan(position: Position, year: int, *, source: Plan | None = None, by: User, at: datetime) -> Plan:
    """An empty draft, or one with the lessons of `source` (last year's, another position's); hours that a lesson's
    video is no longer worth are cut to what it is worth. Raises `CannotChangePlan`."""
    held(position)  # two clerks at once make one draft
    if Plan.objects.filter(position=position, year=year, published_at=None).exists():
        raise CannotChangePlan("draft_exists")
    return create_plan(position, year, _copied(source, at) if source else [], by=by, at=at)


def _copied(source: Plan, at: datetime) -> list[tuple[Lesson, Decimal]]:
    hour_s = rules_for(StudyRules, at=at).hour_s
    rows = []
    for row in source.plan_lessons.select_related("lesson__media").order_by("order"):
        media = row.lesson.media
        hours = min(row.hours, hours_worth(media.duration_ms, hour_s)) if media else row.hours
        if hours > 0:
            rows.append((row.lesson, hours))
    return rows


@transaction.atomic
def change_draft(plan: Plan, rows: Sequence[Row], *, by: User, at: datetime) -> Plan:
    """The draft's lessons from now on: ids in order, each with its study hours. Raises `CannotChangePlan`."""
    found = _draft(plan)
    chosen = _checked(rows, rules_for(StudyRules, at=at).hour_s)
    found.plan_lessons.all().delete()
    PlanLesson.objects.bulk_create(
        PlanLesson(plan=found, lesson=lesson, order=order, hours=hours)
        for order, (lesson, hours) in enumerate(chosen, 1)
    )
    total = sum((hours for _lesson, hours in chosen), Decimal(0))
    record("plan.changed", actor=by, subject=found, at=at, lessons=len(chosen), hours=str(total))
    return found


def _checked(rows: Sequence[Row], hour_s: int) -> list[tuple[Lesson, Decimal]]:
    kept = Lesson.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")  # nobody deletes them meanwhile
    lessons = kept.select_related("media").in_bulk([pk for pk, _hours in rows])
    if len(lessons) < len(rows):
        raise CannotChangePlan("twice" if len({pk for pk, _hours in rows}) < len(rows) else "lesson")
    for pk, hours in rows:
        lesson = lessons[pk]
        if hours <= 0:
            raise CannotChangePlan("hours", lesson_id=pk, title=lesson.title)
        most = hours_worth(lesson.media.duration_ms, hour_s) if lesson.media else None
        if most is not None and hours > most:
            raise CannotChangePlan("too_long", lesson_id=pk, title=lesson.title, most=most)
    return [(lessons[pk], hours) for pk, hours in rows]


@transaction.atomic
def delete_draft(plan: Plan, *, by: User, at: datetime) -> None:
    """Nobody enrols for a draft, so nothing hangs on it. Raises `CannotChangePlan`."""
    found = _draft(plan)
    record("plan.deleted", actor=by, subject=found, at=at, position=found.position.code, year=found.year)
    found.delete()


def _draft(plan: Plan) -> Plan:
    found = held(plan)
    if found.published_at:
        raise CannotChangePlan("published")
    return found
