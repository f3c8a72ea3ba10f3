"""What the console lets people type about courses, lessons and questions on them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cms.brand_forms import PlainForm
from learning.catalogue_rules import MOST_OPTIONS

LETTERS = "ABCDEF"


class EntryForm(PlainForm):
    """A course's or lesson's code and title."""

    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("capital letters, digits, hyphens; never shown twice")
    )
    title = forms.CharField(label=_("Title"), max_length=120)


class QuestionForm(PlainForm):
    """A short question on a lesson."""

    stem = forms.CharField(
        label=pgettext_lazy("exam", "Question"),
        max_length=300,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )
    options = forms.CharField(
        label=_("Options"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("two to six, one a line"),
        max_length=1200,
    )
    answer = forms.TypedChoiceField(
        label=_("Right option"),
        coerce=int,
        choices=[(number, LETTERS[number]) for number in range(MOST_OPTIONS)],
        help_text=_("A is the first line"),
    )

    @property
    def lines(self) -> list[str]:
        return self.cleaned_data["options"].splitlines()


class CaptionsForm(PlainForm):
    captions = forms.FileField(
        label=_("Captions"),
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
        help_text=_("WebVTT (.vtt), up to 1 MB"),
    )


def say_at_field(form: forms.Form, error: Any) -> None:
    """The rule's sentence at the field it is about, or above all fields."""
    form.add_error(getattr(error, "field", "") or None, error.message)
