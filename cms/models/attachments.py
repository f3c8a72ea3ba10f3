"""Files that hang on a notice, in the order the editors give them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.models import Orderable

# A letter, a table, a form: what an office sends. Plain text belongs into the notice itself.
TYPES = ("pdf", "docx", "xlsx", "pptx", "zip")


class NoticeAttachment(Orderable):
    """One file of a notice. It goes with the notice, and with the document where that is deleted."""

    page = ParentalKey("cms.NoticePage", on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document",
        models.CASCADE,
        related_name="+",
        verbose_name=pgettext_lazy("file", "Document"),
        help_text=_("PDF, Word, Excel, PowerPoint or ZIP, up to 10 MB"),
    )
    title = models.CharField(_("Title"), max_length=120, blank=True, help_text=_("empty: as the document is called"))

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("Attachment")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What a reader sees."""
        return self.title or str(self.document.title)

    def clean(self) -> None:
        super().clean()
        document: Any = self.document if self.document_id else None
        if document is not None and document.file_extension.lower() not in TYPES:
            words = _("A notice carries PDF, Word, Excel, PowerPoint and ZIP files. Choose another document.")
            raise ValidationError({"document": words})
