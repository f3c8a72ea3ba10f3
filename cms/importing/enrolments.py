"""The sheet of enrolments at the desk: what is chosen for the whole of it, and the fees in force."""

from typing import Any

from django import forms
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from cms.fees import fees_of_all
from cms.importing.forms import ConfirmForm, OptionsForm
from learning.imports import EnrolmentSheet, Fees
from learning.models import Plan, Position, TrainingClass
from tenants.imports.models import ImportBatch
from tenants.models import Institution
from tenants.schema import current_schema


def enrolment_sheet(batch: ImportBatch | None) -> EnrolmentSheet:
    """Within the institution's schema: the fee notice is its own page."""
    institution = batch.institution if batch else Institution.objects.get(schema_name=current_schema())
    return EnrolmentSheet(batch, fees=fees_by_position(), position_codes=institution.position_codes)


def fees_by_position() -> dict[str, Fees]:
    """By the notices in force today; within the institution's schema."""
    codes = list(Position.objects.values_list("code", flat=True))
    found = fees_of_all(codes, localdate(now()))
    return {code: Fees(one.training, one.textbook, one.notice) for code, one in found.items()}


def years_with_plan() -> list[int]:
    """The newest first; without any plan, this year."""
    years = Plan.objects.filter(published_at__isnull=False).order_by("-year").values_list("year", flat=True).distinct()
    return list(years) or [localdate(now()).year]


class EnrolmentOptionsForm(OptionsForm):
    """What holds for rows that say nothing themselves."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, help_text=_("of rows without a year"))
    training_class: "forms.ModelChoiceField[TrainingClass]" = forms.ModelChoiceField(
        label=_("Class"),
        queryset=TrainingClass.objects.none(),
        required=False,
        empty_label=_("no class yet"),
        help_text=_("of rows without a class"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, year) for year in years_with_plan()]  # type: ignore[attr-defined]
        self.fields["training_class"].queryset = TrainingClass.objects.filter(closed_at=None)  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        chosen = self.cleaned_data["training_class"]
        return {"year": self.cleaned_data["year"], "training_class": chosen.pk if chosen else None}


class EnrolmentConfirmForm(ConfirmForm):
    """The clerk's word; without it everybody waits for the papers to be seen."""

    seen = forms.BooleanField(
        label=_("I have seen ID card and post certificate of everybody whom this sheet enrols anew."),
        help_text=_("Without it, and for those who were enrolled before, each is confirmed in the list of enrolments."),
        required=False,
    )

    def options(self) -> dict[str, Any]:
        return {"seen": self.cleaned_data["seen"]}
