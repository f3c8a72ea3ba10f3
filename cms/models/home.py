"""The two front doors: an institution's home page and the province's portal."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.search import index

from cms import home
from cms.models.base import FrontDoor
from cms.models.parts import StepBlock, parts

SUBPAGES = ["cms.NoticeIndexPage", "cms.FeeNoticePage", "cms.FAQPage", "cms.StandardPage", "cms.DownloadsPage"]
ABOUT_MAX = 6


class HeroStyle(models.TextChoices):
    DEEP = "deep", _("Deep band in the main colour")
    LIGHT = "light", _("Light ground, drawing over the full width")


class HeroDrawing(models.TextChoices):
    ELEVATION = "elevation", _("A block going up, with crane")
    BRIDGE = "bridge", _("Cable-stayed bridge")
    PLAN = "plan", _("Floor plan on its grid")


class HomePage(FrontDoor):
    """An institution's front page: what to do, which classes are open, what it costs, whom to call."""

    hero_title = models.TextField(_("Headline"), help_text=_("One or two lines; the line break is kept."))
    hero_lead = models.TextField(_("Introduction"), max_length=200)
    hero_style = models.CharField(
        pgettext_lazy("colour", "Ground"), max_length=8, choices=HeroStyle.choices, default=HeroStyle.DEEP
    )
    hero_drawing = models.CharField(
        _("Drawing"), max_length=12, choices=HeroDrawing.choices, default=HeroDrawing.ELEVATION
    )
    banner = models.ForeignKey(
        "wagtailimages.Image",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Banner"),
        help_text=_("A photo of your own in place of the drawing, at least 1120 × 760 pixels."),
    )
    banner_alt = models.CharField(
        _("What the photo shows"), max_length=120, blank=True, help_text=_("for visitors who cannot see it")
    )
    steps = StreamField(
        [("step", StepBlock())],
        blank=True,
        max_num=6,
        verbose_name=_("Steps"),
        help_text=_("Empty: the six steps as the ruleset in force has them."),
    )
    about = StreamField(
        parts(),
        blank=True,
        max_num=ABOUT_MAX,
        verbose_name=_("About the institution"),
        help_text=_("Rooms, teachers, what one learns here: stands between classes and fees."),
    )
    directions = models.CharField(_("How to come"), max_length=120, blank=True)
    bring = models.CharField(_("What to bring"), max_length=120, blank=True)

    content_panels = [
        *FrontDoor.content_panels,
        MultiFieldPanel(
            [
                FieldPanel(name)
                for name in ("hero_title", "hero_lead", "hero_style", "hero_drawing", "banner", "banner_alt")
            ],
            heading=_("Head of the page"),
        ),
        FieldPanel("steps"),
        FieldPanel("about"),
        MultiFieldPanel([FieldPanel("directions"), FieldPanel("bring")], heading=pgettext_lazy("panel", "Contact")),
    ]
    search_fields = [*FrontDoor.search_fields, index.SearchField("about")]
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.CourseIndexPage", *SUBPAGES]
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("Home page")

    def clean(self) -> None:
        super().clean()
        if self.banner_id and not self.banner_alt.strip():
            raise ValidationError({"banner_alt": _("Say in a few words what the photo shows.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), **home.institution_home(self, at=timezone.now())}


class PortalHomePage(FrontDoor):
    """The association's front page: sign-in for everybody, notices, look-ups."""

    label = models.CharField(_("Line above the headline"), max_length=40, blank=True)
    hero_title = models.TextField(_("Headline"), help_text=_("One or two lines; the line break is kept."))
    hero_lead = models.TextField(_("Introduction"), max_length=200)

    content_panels = [*FrontDoor.content_panels, FieldPanel("label"), FieldPanel("hero_title"), FieldPanel("hero_lead")]
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = SUBPAGES
    template = "cms/portal_home_page.html"

    class Meta:
        verbose_name = _("Portal home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context(request, *args, **kwargs), **home.portal_home(self)}
