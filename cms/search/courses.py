"""Shared courses that a question names. They have no page of their own: a result leads to where one can study them."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from cms.models import CoursePage
from cms.queries import path_of
from cms.search.bigrams import runs
from cms.search.marking import Part, marked
from learning.models import PlanLesson

COURSES = 5
# A course of twenty positions over five years has a hundred lines; more than these are never shown.
LINES_MAX = 500


@dataclass(frozen=True)
class FoundCourse:
    """A course of the library, and for each position that studies it its name and an address of this site."""

    title: list[Part]
    places: dict[str, str] = field(default_factory=dict)


def shared_courses(question: str, *, portal: bool) -> list[FoundCourse]:
    """Courses of published plans whose title holds every word of the question, by code: at most two queries.

    On the portal a position leads to the institutions that train for it, on a site to its course page; a site shows
    no course that it has no page for.
    """
    words = runs(question)
    if not words:
        return []
    fits = Q(plan__published_at__isnull=False)
    for word in words:
        fits &= Q(lesson__course__title__icontains=word)
    rows = PlanLesson.objects.filter(fits).order_by("lesson__course__code", "plan__position__code", "-plan__year")
    names = ("lesson__course__code", "lesson__course__title", "plan__position__code", "plan__position__name")
    lines = list(rows.values_list(*names, "plan__year").distinct()[:LINES_MAX])
    pages = {} if portal or not lines else _pages()
    found: dict[str, FoundCourse] = {}
    for course, title, code, position, year in lines:
        address = (
            f"{reverse('portal:institutions')}?{urlencode({'position': code})}" if portal else pages.get((code, year))
        )
        if address:
            found.setdefault(course, FoundCourse(marked(title, question))).places.setdefault(position, address)
    return list(found.values())[:COURSES]


def _pages() -> dict[tuple[str, int], str]:
    """Addresses of the course pages that everybody may read, by position and year."""
    rows = CoursePage.objects.live().public().values_list("position_code", "year", "url_path")
    return {(code, year): path_of(url_path) for code, year, url_path in rows}
