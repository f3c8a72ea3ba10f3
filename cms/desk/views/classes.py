"""The list of training classes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from cms.desk import access
from cms.frame import kept, page_of
from learning.models import Admission, HoursState, TrainingClass


@access.desk_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """With how many of each class are how far."""
    page, today = page_of(request, rows_of(request.GET)), localdate(now())
    for training_class in page.object_list:
        dress(training_class, today)
    context = {
        "title": _("Classes"),
        "page": page,
        "keep": kept(request),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "desk/classes.html", context)


def rows_of(_asked: Mapping[str, str]) -> QuerySet[TrainingClass]:
    """The rows of the list, each with its `people`, `complete` and `certified`."""
    admitted = Q(enrolments__admission=Admission.ADMITTED)
    done = Q(enrolments__hours_state__in=[HoursState.IN_REVIEW, HoursState.APPROVED])
    return (
        TrainingClass.objects.prefetch_related("positions")
        .annotate(
            people=Count("enrolments", filter=admitted),
            complete=Count("enrolments", filter=admitted & done),
            certified=Count("enrolments", filter=Q(enrolments__certified_at__isnull=False)),
        )
        .order_by("-year", "name")
    )


def dress(training_class: Any, today: date) -> None:
    """Whether it runs, as glyph and word."""
    running = training_class.starts_on <= today <= training_class.ends_on and not training_class.closed_at
    coming = today < training_class.starts_on and not training_class.closed_at
    training_class.tone = "chg" if running else "wait" if coming else "off"
    training_class.word = _("running") if running else _("to come") if coming else _("over")
