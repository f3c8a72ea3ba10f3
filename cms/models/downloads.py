"""Documents for everybody to fetch."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import StreamField
from wagtail.search import index

from cms.models.base import SitePage
from cms.models.inner import HOMES


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=pgettext_lazy("file", "Document"))
    note = blocks.CharBlock(max_length=120, required=False, label=_("What it is for"))

    class Meta:
        icon = "download"
        label = _("File")

    def get_searchable_content(self, value: Any) -> list[str]:
        """The note, and what the document is called: the chooser itself has no words."""
        document = value.get("document")
        return [*super().get_searchable_content(value), *([document.title] if document else [])]


class DownloadsPage(SitePage):
    """Forms and guides to download, in the order the editors give them."""

    intro = models.CharField(_("Introduction"), max_length=200, blank=True)
    files = StreamField([("file", DownloadBlock())], blank=True, verbose_name=_("Files"))

    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("files")]
    search_fields = [*SitePage.search_fields, index.SearchField("files")]
    max_count = 1
    parent_page_types = HOMES
    subpage_types: list[str] = []
    template = "cms/downloads_page.html"

    class Meta:
        verbose_name = _("Downloads")
