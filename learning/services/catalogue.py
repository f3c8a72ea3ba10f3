"""The resource library: the plans made of lessons. Media are in `media.py`, uploads in `uploads.py`."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from learning.errors import CannotPublish
from learning.models import Lesson, MediaState, Plan, PlanLesson, Position
from learning.rules import StudyRules, hours_worth, plan_adds_up
from learning.services.locks import held
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for


@transaction.atomic
def create_plan(
    position: Position,
    year: int,
    lessons: Iterable[tuple[Lesson, Decimal]],
    *,
    by: User | None,
    at: datetime,
    hours_required: Decimal | None = None,
) -> Plan:
    """A draft: lessons in order, each with what it is worth in study hours."""
    required = Decimal(rules_for(StudyRules, at=at).hours_required) if hours_required is None else hours_required
    plan = Plan.objects.create(position=position, year=year, hours_required=required)
    PlanLesson.objects.bulk_create(
        PlanLesson(plan=plan, lesson=lesson, order=order, hours=hours)
        for order, (lesson, hours) in enumerate(lessons, 1)
    )
    record("plan.created", actor=by, subject=plan, at=at)
    return plan


@transaction.atomic
def publish_plan(plan: Plan, *, by: User | None, at: datetime) -> Plan:
    """From now on new enrolments study this plan. Raises `CannotPublish`, `Gone`."""
    found = held(plan)
    if found.published_at:
        raise CannotPublish(_("This plan is already published."), code="plan.published")
    rows = list(found.plan_lessons.select_related("lesson__media"))
    hour_s = rules_for(StudyRules, at=at).hour_s
    for row in rows:
        media = row.lesson.media
        if media is None or media.state != MediaState.READY:
            raise CannotPublish(_("The lesson “%s” has no video yet.") % row.lesson.title, code="plan.no_media")
        if row.hours > hours_worth(media.duration_ms, hour_s):
            raise CannotPublish(
                _("The video of “%s” is too short for its study hours.") % row.lesson.title,
                code="plan.lesson_too_short",
            )
    if not plan_adds_up((row.hours for row in rows), found.hours_required):
        raise CannotPublish(_("The lessons add up to less than the required hours."), code="plan.short")
    found.published_at = at
    found.save(update_fields=["published_at"])
    record("plan.published", actor=by, subject=found, at=at)
    return found
