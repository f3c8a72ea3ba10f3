"""The courses of an institution: a page for each position and year. The figures on it are read when it is looked at."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.fields import RichTextField
from wagtail.search import index

from cms.courses import course_lines, offers_of
from cms.models.base import SitePage
from cms.models.parts import TEXT
from cms.models.positions import PositionSelect, check_codes
from cms.queries import open_below


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


class CoursePage(SitePage):
    """Continuing education for one position in one year."""

    position_code = models.CharField(_("Position"), max_length=10)
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2015), MaxValueValidator(2099)])
    intro = RichTextField(_("Introduction"), features=TEXT, blank=True)

    content_panels = [
        *SitePage.content_panels,
        FieldRowPanel([FieldPanel("position_code", widget=PositionSelect), FieldPanel("year")]),
        FieldPanel("intro"),
    ]
    search_fields = [*SitePage.search_fields, index.SearchField("intro")]
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
        lines = course_lines(self.position_code, self.year)
        return {**super().get_context(request, *args, **kwargs), "offer": offer, "lines": lines}
