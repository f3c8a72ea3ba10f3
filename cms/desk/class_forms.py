"""What a desk types about a class."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import Position, TrainingClass
from learning.services import ClassData


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class ClassForm(forms.Form):
    """Number to notice; `trained` are the positions among which the institution chooses."""

    name = forms.CharField(label=_("Name of the class"), max_length=80)
    number = forms.CharField(label=_("Class number"), max_length=20, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    position_codes = forms.MultipleChoiceField(
        label=_("Positions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: for all positions."),
    )
    enrols_from = _day(_("Enrolment from"), required=False)
    enrols_until = _day(_("Enrolment until"), required=False)
    starts_on = _day(_("Study from"))
    ends_on = _day(_("Study until"))
    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=10_000, initial=0, help_text=_("0: no limit")
    )
    head_teacher = forms.CharField(label=_("Head teacher"), max_length=50, required=False)
    notice = forms.CharField(
        label=_("Notice to the class"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The people of the class read it on their training page."),
    )

    def __init__(self, *args: Any, trained: list[Position], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position_codes"].choices = [(one.code, one.name) for one in trained]  # type: ignore[attr-defined]

    def data_of_class(self) -> ClassData:
        """What was typed, for the service."""
        data = self.cleaned_data
        return ClassData(**data | {"position_codes": tuple(data["position_codes"])})


def values_of(row: TrainingClass) -> dict[str, Any]:
    """What the form begins with when a class is changed."""
    names = (
        "name", "number", "year", "enrols_from", "enrols_until", "starts_on", "ends_on", "capacity", "head_teacher",
        "notice",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"position_codes": [one.code for one in row.positions.all()]}
