"""Fields of Wagtail's own forms that have no words of their own: Django would make English ones of their names."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import choosers

LABELS = {
    "link_text": _("Words of the link"),
    "email_address": _("E-mail address"),
    "phone_number": _("Telephone number"),
    "subject": _("Subject"),
    "body": _("Text"),
}
FORMS = (
    choosers.ExternalLinkChooserForm,
    choosers.AnchorLinkChooserForm,
    choosers.EmailLinkChooserForm,
    choosers.PhoneLinkChooserForm,
)


def label_fields_without_words() -> None:
    """Call once, when the apps are ready."""
    for form in FORMS:
        for name, label in LABELS.items():
            if name in form.base_fields:
                form.base_fields[name].label = label
