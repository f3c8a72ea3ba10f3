"""Pages on their way to the readers: handed in and waiting, or sent back with what is to be changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.urls import reverse
from wagtail.models import Page, TaskState, WorkflowState

SHOWN = 100


@dataclass(frozen=True)
class PageOnItsWay:
    """`title` is the draft's; `comment` what the manager wrote when it was sent back."""

    title: str
    kind: str
    by: str
    at: datetime
    comment: str
    edit_url: str
    preview_url: str


def waiting() -> QuerySet[WorkflowState]:
    """Handed in, and nobody has decided yet."""
    return _states().filter(status=WorkflowState.STATUS_IN_PROGRESS)


def returned() -> QuerySet[WorkflowState]:
    """Sent back; a page that is handed in again is among the waiting ones."""
    return _states().filter(status=WorkflowState.STATUS_NEEDS_CHANGES)


def returned_to(user: Any) -> QuerySet[WorkflowState]:
    return returned().filter(requested_by=user)


def rows_of(states: QuerySet[WorkflowState]) -> list[PageOnItsWay]:
    """The oldest `SHOWN`; in two queries."""
    found = list(states.select_related("requested_by", "current_task_state").order_by("pk")[:SHOWN])
    pages = Page.objects.in_bulk([int(state.object_id) for state in found])
    return [_row(state, pages[int(state.object_id)]) for state in found if int(state.object_id) in pages]


def _row(state: WorkflowState, page: Page) -> PageOnItsWay:
    step: TaskState | None = state.current_task_state
    kind = page.specific_class
    return PageOnItsWay(
        title=page.draft_title or page.title,
        kind=str(kind._meta.verbose_name) if kind else "",
        by=state.requested_by.name if state.requested_by else "",
        at=(step.finished_at if step else None) or state.created_at,
        comment=step.comment if step else "",
        edit_url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
        preview_url=reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
    )


def _states() -> QuerySet[WorkflowState]:
    return WorkflowState.objects.filter(base_content_type=ContentType.objects.get_for_model(Page))
