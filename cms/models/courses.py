"""The courses of an institution: a page for each position and year. The figures on it are read when it is looked at."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable
from wagtail.search import index

from cms.courses import course_lines, offers_of
from cms.models.base import SitePage, SitePageForm
from cms.models.parts import TEXT
from cms.models.positions import PositionSelect, approved_positions, check_codes
from cms.queries import open_below
from learning.models import Course

CHOSEN_MAX = 20


class CourseIndexPage(SitePage):
    """All courses of the institution."""

    intro = RichTextField(_("Introduction"), features=TEXT, blank=True)

    content_panels = [*SitePage.content_panels, FieldPanel("intro")]
    search_fields = [*SitePage.search_fields, index.SearchField("intro")]
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CoursePage"]
    template = "cms/course_index_page.html"

    class Meta:
        verbose_name = _("Courses")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        pages = open_below(CoursePage.objects.child_of(self).live(), self).order_by("-year", "position_code")
        offers = offers_of(pages, at=timezone.now())
        return {**super().get_context(request, *args, **kwargs), "offers": offers}


class CoursePageForm(SitePageForm):
    """The editor shows courses of the plan only, each once."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rows = self.formsets["chosen"]
        position, year = data.get("position_code"), data.get("year")
        if position and year and rows.is_valid():
            kept = [row["course_code"] for row in rows.cleaned_data if row and not row.get("DELETE")]
            try:
                check_courses(kept, position, year)
            except ValidationError as error:
                self.add_error(None, error)
        return data


def check_courses(codes: list[str], position_code: str, year: int) -> None:
    """Raises ValidationError where a course stands twice, or is none of the plan of this position and year."""
    titles = dict(Course.objects.filter(code__in=codes).values_list("code", "title"))
    if twice := sorted({titles.get(code, code) for code in codes if codes.count(code) > 1}):
        raise ValidationError(gettext("Chosen more than once: %(courses)s.") % {"courses": "、".join(twice)})
    planned = {line.code for line in course_lines(position_code, year)} if codes else set()
    if strange := [titles.get(code, code) for code in codes if code not in planned]:
        words = gettext("Not in the plan of this position and year: %(courses)s.")
        raise ValidationError(words % {"courses": "、".join(strange)})


def planned_courses() -> list[tuple[str, str]]:
    """Code and title of the courses that published plans of the approved positions have."""
    positions = [code for code, _name in approved_positions()]
    planned = Course.objects.filter(
        lessons__plan_lessons__plan__published_at__isnull=False,
        lessons__plan_lessons__plan__position__code__in=positions,
    )
    return [("", "---------"), *planned.distinct().order_by("title", "code").values_list("code", "title")]


class CourseSelect(forms.Select):
    """One shared course; the code is the value."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.choices = planned_courses  # type: ignore[assignment]  # asked each time it is shown


class CoursePage(SitePage):
    """Continuing education for one position in one year."""

    position_code = models.CharField(_("Position"), max_length=10)
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2015), MaxValueValidator(2099)])
    intro = RichTextField(_("Introduction"), features=TEXT, blank=True)

    content_panels = [
        *SitePage.content_panels,
        FieldRowPanel([FieldPanel("position_code", widget=PositionSelect), FieldPanel("year")]),
        FieldPanel("intro"),
        InlinePanel(
            "chosen",
            heading=_("Courses shown first"),
            label=_("Course"),
            max_num=CHOSEN_MAX,
            help_text=_("Empty: all courses of the plan in its order. The others follow those chosen here."),
        ),
    ]
    search_fields = [*SitePage.search_fields, index.SearchField("intro")]
    base_form_class = CoursePageForm
    parent_page_types = ["cms.CourseIndexPage"]
    subpage_types: list[str] = []
    template = "cms/course_page.html"

    class Meta:
        verbose_name = _("Course page")

    def clean(self) -> None:
        super().clean()
        try:
            check_codes([self.position_code] if self.position_code else [])
        except ValidationError as error:
            raise ValidationError({"position_code": error.messages}) from error
        same = CoursePage.objects.filter(position_code=self.position_code, year=self.year).exclude(pk=self.pk).first()
        if same is not None:
            words = gettext("“%(title)s” is the course page of this position and year already.") % {"title": same.title}
            raise ValidationError({"year": words})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        at = timezone.now()
        [(_page, offer)] = offers_of([self], at=at)
        lines = course_lines(
            self.position_code, self.year, first={row.course_code: row.note for row in self.chosen.all()}
        )
        return {**super().get_context(request, *args, **kwargs), "offer": offer, "lines": lines}


class ChosenCourse(Orderable):
    """A shared course that a page shows before the others of the plan. One that has left the plan is not shown."""

    page = ParentalKey(CoursePage, on_delete=models.CASCADE, related_name="chosen")
    course_code = models.CharField(_("Course"), max_length=40)
    note = models.CharField(_("What it is about"), max_length=200, blank=True)

    panels = [FieldPanel("course_code", widget=CourseSelect), FieldPanel("note")]

    class Meta(Orderable.Meta):
        verbose_name = _("Course shown first")

    def __str__(self) -> str:
        return self.course_code
