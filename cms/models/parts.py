"""What a page is put together from: a few parts that look well in any order."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

TEXT = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
SHORT_TEXT = ["bold", "italic", "ol", "ul", "link", "document-link"]
PARTS_MAX = 40


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=12, label=_("Title"))
    note = blocks.CharBlock(max_length=60, label=_("What happens in this step"))

    class Meta:
        icon = "order"
        label = _("Step")


def picture() -> ImageBlock:
    """Wagtail's; the chooser in it has no words of its own."""
    block = ImageBlock(label=pgettext_lazy("part", "Picture"))
    block.child_blocks["image"].label = pgettext_lazy("part", "Picture")
    return block


class PicturePart(blocks.StructBlock):
    """As wide as the text; what matters in it stays in sight by its focal point."""

    picture = picture()
    caption = blocks.CharBlock(label=_("Line below the picture"), max_length=120, required=False)

    class Meta:
        icon = "image"
        label = pgettext_lazy("part", "Picture")
        template = "cms/parts/picture.html"
        description = _("One picture over the whole width, with a line below it")


class BesidePart(blocks.StructBlock):
    """A picture and words side by side, one below the other on a phone."""

    picture = picture()
    side = blocks.ChoiceBlock(
        label=_("Where the picture stands"),
        choices=[("left", pgettext_lazy("side", "left")), ("right", pgettext_lazy("side", "right"))],
        default="left",
    )
    title = blocks.CharBlock(label=_("Title"), max_length=40, required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT_TEXT)

    class Meta:
        icon = "image"
        label = _("Picture beside text")
        template = "cms/parts/beside.html"
        description = _("For a training room, a teacher, a building site")


class NotePart(blocks.StructBlock):
    tone = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("info", pgettext_lazy("note", "To know")), ("warn", pgettext_lazy("note", "To take care of"))],
        default="info",
    )
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT_TEXT)

    class Meta:
        icon = "info-circle"
        label = pgettext_lazy("part", "Note")
        template = "cms/parts/note.html"
        description = _("A few lines that must not be missed")


def parts() -> list[tuple[str, blocks.Block]]:
    """Fresh blocks for one field. The first and the last are Wagtail's own, so that migrations name nothing of ours."""
    text = blocks.RichTextBlock(
        features=TEXT, icon="pilcrow", label=pgettext_lazy("part", "Text"), template="cms/parts/text.html",
        description=_("Paragraphs, headings, lists, links and documents"),
    )  # fmt: skip
    steps = blocks.ListBlock(
        StepBlock(), min_num=2, max_num=9, icon="order", label=_("Steps"), template="cms/parts/steps.html",
        description=_("What to do one after the other, numbered"),
    )  # fmt: skip
    return [
        ("text", text),
        ("picture", PicturePart()),
        ("beside", BesidePart()),
        ("note", NotePart()),
        ("steps", steps),
    ]
