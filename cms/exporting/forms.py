"""The form that a list is taken away by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from tenants.accounts.reveal import REASON_MAX
from tenants.exports.errors import NoColumns
from tenants.exports.lists import ListExport
from tenants.exports.models import Format

FORMATS = [(one.value, one.label) for one in (Format.XLSX, Format.CSV)]


class FullForm(forms.Form):
    """Whole numbers, and why; the service decides whether the role and the reason are enough."""

    full = forms.BooleanField(label=gettext_lazy("Full numbers"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("What do you need them for?"), required=False, max_length=REASON_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ExportForm(FullForm):
    """Columns, format, and full numbers."""

    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Choose columns"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NoColumns.message},
    )  # fmt: skip
    format = forms.ChoiceField(label=gettext_lazy("File"), choices=FORMATS, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, export: ListExport) -> None:
        initial = {"columns": [column.key for column in export.columns if column.chosen], "format": Format.XLSX}
        super().__init__(data, initial=initial)
        self.fields["columns"].choices = [(column.key, column.title) for column in export.columns]  # type: ignore[attr-defined]
