"""The resource library: media that were encoded, and the plans made of lessons."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from learning.errors import CannotPublish
from learning.media import measure
from learning.models import Lesson, Media, MediaState, Plan, PlanLesson, Position
from learning.rules import StudyRules, hours_worth, plan_adds_up
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for


@transaction.atomic
def register_media(folder: str, *, by: User | None, at: datetime) -> Media:
    """Enter and measure an encoded folder, named below `settings.COURSEWARE_ROOT`; the same folder is entered once.

    Raises `learning.media.BadMedia` for a folder that is no HLS output of `encode_hls`.
    """
    found = Media.objects.filter(folder=folder).first()
    if found:
        return found
    measured = measure(Path(settings.COURSEWARE_ROOT) / folder)
    media = Media.objects.create(
        folder=folder,
        duration_ms=measured.duration_ms,
        segment_ms=measured.segment_ms,
        segments=measured.segments,
        has_captions=measured.has_captions,
        renditions=measured.renditions,
        sha256=measured.sha256,
        created_at=at,
    )
    record("media.registered", actor=by, subject=media, at=at, duration_ms=media.duration_ms)
    return media


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
    """From now on new enrolments study this plan. Raises `CannotPublish`."""
    found = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
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
