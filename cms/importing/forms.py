"""The file of a sheet."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError
from tenants.imports.errors import REFUSALS
from tenants.imports.limits import LIMITS
from tenants.imports.models import ImportBatch


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(".xlsx or .csv, up to 10 MB and 20,000 rows"),
        allow_empty_file=True,  # refused in the same words as other sheets that say nothing
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("Choose a file.")},
    )
    again = forms.BooleanField(label=_("Import the same file again"), required=False)
    known = False  # whether this very file was imported before

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.file:
            raise forms.ValidationError(str(REFUSALS["too_large"]), code="import.too_large")
        return file

    def refuse(self, error: DomainError) -> None:
        """Say at the file why it is not taken."""
        self.known = error.code == "import.same_file"
        self.add_error("file", error.message)


class OptionsForm(forms.Form):
    """What is chosen for the whole of a sheet; `options()` are kept with the batch."""

    def options(self) -> dict[str, Any]:
        return {}


class ConfirmForm(forms.Form):
    """What a clerk says when the rows are to be written; `options()` are added to the batch's."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch

    def options(self) -> dict[str, Any]:
        return {}


class ReasonForm(ConfirmForm):
    """Why rows that are there already are changed."""

    reason = forms.CharField(label=_("Reason of the corrections"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.batch.changed:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def options(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data.get("reason", "")}
