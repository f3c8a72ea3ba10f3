"""The live figures of course pages: what is studied for a position and year, which classes come, what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Count, F, Max, Sum
from django.utils.timezone import localdate

from cms.fees import Fees, fees_of_all
from cms.open_classes import OpenClass, open_classes
from learning.models import Plan, PlanLesson, Position
from learning.rules import EligibilityRules
from tenants.rulesets.services import rules_for


class Course(Protocol):
    """A course page, as far as it is asked here."""

    position_code: Any
    year: Any


@dataclass(frozen=True)
class Offer:
    """What one course page offers today. Without a `plan` nothing can be studied yet; `closes_on` is the last day of
    enrolment in the province."""

    position: str
    code: str
    year: int
    lessons: int
    hours: Decimal
    classes: list[OpenClass]
    fees: Fees | None
    closes_on: date
    closed: bool

    @property
    def has_plan(self) -> bool:
        return self.lessons > 0

    @property
    def is_open(self) -> bool:
        """Whether a trainee may enrol here by themselves today."""
        return self.has_plan and self.fees is not None and not self.closed

    @property
    def next_class(self) -> OpenClass | None:
        """The first that takes somebody today, else the first that is to come."""
        taking = [one for one in self.classes if not one.refusal]
        return next(iter(taking or self.classes), None)


@dataclass(frozen=True)
class CourseLine:
    """A shared course as far as it is part of a plan, with what the editor says of it."""

    code: str
    title: str
    lessons: int
    hours: Decimal
    note: str = ""

    @property
    def hours_label(self) -> str:
        """4.5, 16: without trailing zeros."""
        return format(self.hours.normalize(), "f")


def offers_of(pages: Iterable[Course], *, at: datetime) -> list[tuple[Course, Offer]]:
    """Each page with its offer, in five queries whatever their number."""
    found, on = list(pages), localdate(at)
    codes = {page.position_code for page in found}
    names = dict(Position.objects.filter(code__in=codes).values_list("code", "name"))
    plans, fees, classes = _plans(codes), fees_of_all(codes, on), open_classes(on=on)
    closes_on = rules_for(EligibilityRules, at=at).renewal_closes_on
    return [
        (
            page,
            Offer(
                position=names.get(page.position_code, page.position_code),
                code=page.position_code,
                year=page.year,
                **plans.get((page.position_code, page.year), {"lessons": 0, "hours": Decimal(0)}),
                classes=[one for one in classes if one.takes(page.position_code, page.year)],
                fees=fees.get(page.position_code),
                closes_on=closes_on,
                closed=on > closes_on,
            ),
        )
        for page in found
    ]


def _plans(codes: Iterable[str]) -> dict[tuple[str, int], dict[str, Any]]:
    """Lessons and hours of the newest published plan, by position and year: one query."""
    plans = Plan.objects.filter(position__code__in=codes, published_at__isnull=False).order_by("pk")
    rows = plans.values("pk", "position__code", "year").annotate(
        lesson_count=Count("plan_lessons"), hours=Sum("plan_lessons__hours")
    )
    return {
        (row["position__code"], row["year"]): {"lessons": row["lesson_count"], "hours": row["hours"] or Decimal(0)}
        for row in rows
    }


def course_lines(position_code: str, year: int, *, first: Mapping[str, str] | None = None) -> list[CourseLine]:
    """The shared courses of the newest published plan, in the order of the plan: two queries.

    `first` has courses that stand before the others, code → what the editor says; a code that is not in the plan is
    passed over.
    """
    newest = Plan.objects.filter(position__code=position_code, year=year, published_at__isnull=False)
    plan = newest.aggregate(pk=Max("pk"))["pk"]
    rows = (
        PlanLesson.objects.filter(plan=plan)
        .values(code=F("lesson__course__code"), title=F("lesson__course__title"))
        .annotate(first=Max("order"), lesson_count=Count("pk"), hours=Sum("hours"))
        .order_by("first")
    )
    notes = dict(first or {})
    lines = {
        row["code"]: CourseLine(
            row["code"], row["title"], row["lesson_count"], row["hours"], notes.get(row["code"], "")
        )
        for row in rows
    }
    chosen = [lines.pop(code) for code in notes if code in lines]
    return [*chosen, *lines.values()]
