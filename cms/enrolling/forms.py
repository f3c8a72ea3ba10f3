"""What a trainee fills in to enrol."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.open_classes import OpenClass
from learning.eligibility import refusal_of_invoice
from learning.errors import ENROLMENT_REFUSALS
from learning.models import ScanKind
from tenants.accounts.rules import normalised_phone
from tenants.errors import DomainError

PICTURES = "image/jpeg,image/png"  # with these, phones hand over a JPEG in place of their own format


def picture_field(label: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        widget=forms.FileInput(attrs={"class": "input", "accept": PICTURES}),
        error_messages={"empty": _("This file is empty. Please choose it again.")},
    )


class ScansForm(forms.Form):
    """Pictures of the two papers; each may be left out."""

    id_card = picture_field(_("ID card, the side with the photo"))
    post_certificate = picture_field(_("Post certificate, the page with photo and number"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes: dict[str, str] = {}  # why a picture was not taken, by kind

    def pictures(self) -> dict[str, Any]:
        """Uploads by kind, of those that are valid."""
        return {kind: self.cleaned_data[kind] for kind in ScanKind.values if self.cleaned_data.get(kind)}


class DetailsForm(ScansForm):
    training_class = forms.ChoiceField(label=_("Class"), required=False, widget=forms.RadioSelect)
    phone = forms.CharField(
        label=_("Another phone for the institution"),
        max_length=20,
        required=False,
        help_text=_("only if it should not call your own number"),
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "tel", "autocomplete": "off"}),
    )
    wants_invoice = forms.BooleanField(label=_("I need an invoice"), required=False)
    invoice_title = forms.CharField(
        label=_("Title of the invoice"),
        max_length=100,
        required=False,
        help_text=_("your name or your employer's"),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    invoice_tax_number = forms.CharField(
        label=_("Tax number"),
        max_length=20,
        required=False,
        help_text=_("of a firm; a person has none"),
        widget=forms.TextInput(attrs={"class": "input", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, classes: list[OpenClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = {one.uuid: one for one in classes}
        self.fields["training_class"].choices = [("", ""), *((one.uuid, one.name) for one in classes)]  # type: ignore[attr-defined]

    def clean_training_class(self) -> str:
        chosen: str = self.cleaned_data["training_class"]
        if chosen and self.classes[chosen].refusal:
            raise forms.ValidationError(self.classes[chosen].why_not)
        return chosen

    def clean_phone(self) -> str:
        try:
            return normalised_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except DomainError as error:
            raise forms.ValidationError(str(error.message)) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        title, number = data.get("invoice_title", "").strip(), "".join(data.get("invoice_tax_number", "").split())
        wanted = bool(data.get("wants_invoice"))
        if wanted and (refusal := refusal_of_invoice(wanted=True, title=title, tax_number=number.upper())):
            self.add_error(refusal, ENROLMENT_REFUSALS[refusal])
        return data

    def said(self) -> dict[str, Any]:
        """What is kept until the application is sent; the pictures are kept by themselves."""
        names = ("training_class", "phone", "wants_invoice", "invoice_title", "invoice_tax_number")
        return {name: self.cleaned_data[name] for name in names}


class AgreeForm(forms.Form):
    """The person's word, and which fees they have seen."""

    agreed = forms.BooleanField(required=False)
    fees = forms.CharField(required=False, widget=forms.HiddenInput)
