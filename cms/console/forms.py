"""What the console lets people type."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from learning.models import Position
from learning.review.models import Ground
from tenants.brand import contrast
from tenants.models import HEX_COLOUR

LABEL = RegexValidator(r"^[a-z][a-z0-9]{1,19}$", _("2 to 20 lower-case letters and digits, beginning with a letter"))


class InstitutionForm(forms.Form):
    """What opening an institution needs; everything else is edited on its own site."""

    name = forms.CharField(label=_("Full name of the institution"), max_length=80)
    short_name = forms.CharField(
        label=_("Short name"), min_length=2, max_length=12, help_text=_("2 to 12 characters; also the SMS signature")
    )
    code = forms.CharField(
        label=_("Letters of the address"),
        validators=[LABEL],
        help_text=_("The site's address and the name of its schema"),
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    brand_main = forms.CharField(label=_("Main colour"), validators=[HEX_COLOUR], initial="#1d4f8b")
    brand_accent = forms.CharField(label=_("Second colour"), validators=[HEX_COLOUR], initial="#b3261e")
    position_codes = forms.MultipleChoiceField(
        label=_("Positions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all positions"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position_codes"].choices = list(Position.objects.values_list("code", "name"))  # type: ignore[attr-defined]

    def contrast_of_main(self) -> float:
        """White on the main colour, for the sentence beside it."""
        return contrast("#ffffff", self.cleaned_data["brand_main"].lower())


class DecisionForm(forms.Form):
    """A reviewer's decision; what each needs besides is checked together."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("clear_lessons", ""), ("clear_all", "")])
    ground = forms.ChoiceField(choices=Ground.choices, required=False)
    lessons = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reason = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, lessons: list[int], doubts: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doubts = doubts
        self.fields["lessons"].choices = [(pk, pk) for pk in lessons]  # type: ignore[attr-defined]

    @property
    def grounds(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Ground.choices]

    @property
    def chosen(self) -> list[int]:
        """The ticked lessons of a form that comes back with an error."""
        ticked = self.data.getlist("lessons") if self.is_bound else []  # type: ignore[attr-defined]
        return [int(pk) for pk in ticked if pk.isdigit()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decision = data.get("decision")
        if decision != "approve" and not data.get("ground"):
            self.add_error("ground", _("Choose one of the manual's three grounds."))
        if decision == "clear_lessons" and not data.get("lessons"):
            self.add_error("lessons", _("Choose at least one lesson."))
        if not data.get("reason") and (decision != "approve" or self.doubts):
            self.add_error("reason", _("Say in one sentence why; the trainee can read it."))
        return data
