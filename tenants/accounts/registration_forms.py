"""Forms of registering and of the forgotten password."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import DocumentKind, Gender
from tenants.accounts.rules import is_known_region, normalised_document, normalised_name, normalised_phone
from tenants.captchas.fields import ChallengeField
from tenants.errors import DomainError

KINDS = [
    (DocumentKind.RESIDENT_ID.value, _("Resident ID card")),
    (DocumentKind.RESIDENCE_PERMIT.value, _("Residence permit (Hong Kong, Macao, Taiwan)")),
    (DocumentKind.PASSPORT.value, _("Passport")),
]


def _checked(rule: Callable[..., str], *values: str) -> str:
    """What a rule makes of the values, its sentence as the field's error."""
    try:
        return rule(*values)
    except DomainError as error:
        raise forms.ValidationError(error.message) from error


class DocumentForm(forms.Form):
    """Who registers: kind of document, its number, the name on it; the gender where the number does not tell it."""

    kind = forms.ChoiceField(
        label=_("Document"), choices=KINDS, initial=DocumentKind.RESIDENT_ID.value, widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind of document.")},
    )  # fmt: skip
    number = forms.CharField(
        label=_("Number of the document"), max_length=40, error_messages={"required": _("Enter the number.")},
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name"), max_length=50, error_messages={"required": _("Enter the name on the document.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name", "spellcheck": "false"}),
    )  # fmt: skip
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, required=False, widget=forms.RadioSelect)
    region_confirmed = forms.BooleanField(
        label=_("I have compared the first six digits with the document; they are right."), required=False
    )

    def clean_name(self) -> str:
        return _checked(normalised_name, self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, number = data.get("kind"), data.get("number")
        if kind and number:
            try:
                data["number"] = _checked(normalised_document, kind, number)
            except forms.ValidationError as error:
                self.add_error("number", error)
        if kind == DocumentKind.PASSPORT and not data.get("gender") and "gender" not in self.errors:
            self.add_error("gender", _("Choose the gender that stands in the passport."))
        if self.asks_for_region and not data.get("region_confirmed"):
            self.add_error("region_confirmed", _("Confirm this, or correct the number above."))
        return data

    @property
    def asks_for_region(self) -> bool:
        """True where a number is right but its first six digits stand in no table: a warning to be confirmed."""
        if not self.is_bound or "number" in self.errors or self.cleaned_data.get("kind") == DocumentKind.PASSPORT:
            return False
        number = self.cleaned_data.get("number") or ""
        return bool(number) and not is_known_region(number)


class PhoneForm(forms.Form):
    """The phone that the codes go to, and a captcha before an SMS leaves."""

    phone = forms.CharField(
        label=_("Mobile phone"), max_length=20, error_messages={"required": _("Enter your mobile number.")},
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "tel", "autocomplete": "tel-national"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["captcha"] = ChallengeField()

    def clean_phone(self) -> str:
        return _checked(normalised_phone, self.cleaned_data["phone"])

    @classmethod
    def refused(cls, phone: str, sentence: str) -> "PhoneForm":
        """The form as it was sent, with this sentence at the phone and a new picture."""
        form = cls({"phone": phone})
        form.errors.clear()
        form.add_error("phone", sentence)
        return form


class ForgottenForm(forms.Form):
    """Whose password: any account, known or not."""

    account = forms.CharField(
        label=_("ID number or phone"), max_length=40,
        error_messages={"required": _("Enter your ID number or your phone number.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "username", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["captcha"] = ChallengeField()
