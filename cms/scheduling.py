"""Pages that go live, or end, at a time their editors have set (ADR 0243)."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from wagtail.models import Page, Revision

log = structlog.get_logger(__name__)


def settle_schedule(*, at: datetime) -> tuple[int, int]:
    """Publish and end what is due in the schema in force; how many of each.

    As Wagtail's `publish_scheduled`, but each page by itself: a fee notice that collides with another one stays a draft
    and keeps nobody else's notice from its hour. Two workers never take the same page; a second run finds nothing.
    """
    ended = Page.objects.filter(live=True, expire_at__lt=at).order_by("expire_at").values_list("pk", flat=True)
    due = Revision.objects.filter(approved_go_live_at__lt=at).order_by("approved_go_live_at")
    return (
        sum(_alone(_publish, pk, at) for pk in list(due.values_list("pk", flat=True))),
        sum(_alone(_end, pk, at) for pk in list(ended)),
    )


def _alone(change: Callable[[int, datetime], bool], pk: int, at: datetime) -> bool:
    try:
        with transaction.atomic():
            return change(pk, at)
    except (ValidationError, IntegrityError) as error:
        log.warning("schedule.refused", what=change.__name__.strip("_"), pk=pk, error=type(error).__name__)
        return False


def _publish(pk: int, at: datetime) -> bool:
    free = Revision.objects.select_for_update(skip_locked=True)
    revision = free.filter(pk=pk, approved_go_live_at__lt=at).first()
    if revision is None:
        return False
    revision.publish(log_action="wagtail.publish.scheduled")
    return True


def _end(pk: int, at: datetime) -> bool:
    page = Page.objects.select_for_update(skip_locked=True).filter(pk=pk, live=True, expire_at__lt=at).first()
    if page is None:
        return False
    page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return True
