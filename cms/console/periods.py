"""From one day to another: the filter that lists over time share."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class PeriodForm(forms.Form):
    """Both days are local and belong to the period."""

    since = _day(gettext_lazy("From day"))
    until = _day(gettext_lazy("To day"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("This day is before the first one."))
        return data


def within(rows: Any, field: str, data: dict[str, Any]) -> Any:
    """The rows whose `field` lies in the period of cleaned data."""
    if data.get("since"):
        rows = rows.filter(**{f"{field}__gte": midnight(data["since"])})
    if data.get("until"):
        rows = rows.filter(**{f"{field}__lt": midnight(data["until"] + timedelta(days=1))})
    return rows


def midnight(day: date) -> datetime:
    """Where a local day begins."""
    return datetime.combine(day, time(), tzinfo=get_current_timezone())
