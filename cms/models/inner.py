"""Pages under a home page: notices, questions, plain pages. Fees and courses have modules of their own."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField, StreamField
from wagtail.search import index

from cms.models.base import SitePage
from cms.models.parts import PARTS_MAX, TEXT, parts
from cms.queries import open_below

HOMES = ["cms.HomePage", "cms.PortalHomePage"]
NOTICES_A_PAGE = 20
NOTICE_ORDER = ("-pinned", "-date", "-pk")
ATTACHMENTS_MAX = 10


class NoticeIndexPage(SitePage):
    """All notices: the pinned ones, then the newest."""

    max_count = 1
    parent_page_types = HOMES
    subpage_types = ["cms.NoticePage"]
    template = "cms/notice_index_page.html"

    class Meta:
        verbose_name = _("Notices")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        notices = open_below(NoticePage.objects.child_of(self).live(), self).order_by(*NOTICE_ORDER)
        page = Paginator(notices, NOTICES_A_PAGE).get_page(request.GET.get("page"))
        return {**super().get_context(request, *args, **kwargs), "notices": page}


class NoticePage(SitePage):
    date = models.DateField(_("Date"))
    important = models.BooleanField(_("Important"), default=False)
    pinned = models.BooleanField(_("Pinned"), default=False, help_text=_("stands before all others until you unpin it"))
    body = RichTextField(_("Text"), features=TEXT)

    content_panels = [
        *SitePage.content_panels,
        FieldRowPanel([FieldPanel("date"), FieldPanel("important"), FieldPanel("pinned")]),
        FieldPanel("body"),
        InlinePanel("attachments", label=_("Attachment"), max_num=ATTACHMENTS_MAX),
    ]
    search_fields = [*SitePage.search_fields, index.SearchField("body"), index.SearchField("names_of_attachments")]
    parent_page_types = ["cms.NoticeIndexPage"]
    subpage_types: list[str] = []
    template = "cms/notice_page.html"

    class Meta:
        verbose_name = _("Notice")

    def names_of_attachments(self) -> list[str]:
        """What readers see of them, for the search."""
        return [file.name for file in self.attachments.all()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        files = self.attachments.select_related("document")
        return {**super().get_context(request, *args, **kwargs), "attachments": files}


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=80, label=_("Question"))
    answer = blocks.TextBlock(label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question")


class FAQPage(SitePage):
    questions = StreamField([("question", QuestionBlock())], verbose_name=_("Questions with answers"))

    content_panels = [*SitePage.content_panels, FieldPanel("questions")]
    search_fields = [*SitePage.search_fields, index.SearchField("questions")]
    max_count = 1
    parent_page_types = HOMES
    subpage_types: list[str] = []
    template = "cms/faq_page.html"

    class Meta:
        verbose_name = _("Questions and answers")


class StandardPage(SitePage):
    """Any other text: how to study, protection of personal information."""

    body = StreamField(parts(), max_num=PARTS_MAX, verbose_name=_("Content"))

    content_panels = [*SitePage.content_panels, FieldPanel("body")]
    search_fields = [*SitePage.search_fields, index.SearchField("body")]
    parent_page_types = [*HOMES, "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    template = "cms/standard_page.html"

    class Meta:
        verbose_name = _("Page of text")
