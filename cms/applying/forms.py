"""What an institution that wants to be opened fills in on the portal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cms.brand_forms import PlainForm, ruled
from learning.models import Position
from tenants import naming
from tenants.accounts import rules as people
from tenants.applications import require_new
from tenants.captchas.fields import ChallengeField
from tenants.domains import base_domain, require_free


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", **attrs})


class ApplyForm(PlainForm):
    """The institution, what it wants to train, and who answers for it."""

    name = forms.CharField(
        label=_("Full name of the institution"),
        min_length=4,
        max_length=80,
        widget=_text(autocomplete="organization"),
        help_text=_("as on the licence"),
    )
    short_name = forms.CharField(
        label=_("Short name"), max_length=12, widget=_text(), help_text=_("2 to 12 characters; stands before your SMS")
    )
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=24,
        widget=_text(spellcheck="false", autocomplete="off"),
        help_text=_("18 characters"),
    )
    region = forms.CharField(label=_("City or district"), max_length=40, widget=_text())
    address = forms.CharField(
        label=_("Street address"), max_length=120, widget=_text(autocomplete="street-address"), required=False
    )
    code = forms.CharField(label=_("Wished address"), max_length=30, widget=_text(spellcheck="false"))
    position_codes = forms.MultipleChoiceField(
        label=_("Positions you want to train"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one position.")},
    )
    statement = forms.CharField(
        label=_("About yourselves"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
        help_text=_("rooms, teachers, experience; up to 500 characters"),
    )
    contact_name = forms.CharField(label=_("Name"), max_length=50, widget=_text(autocomplete="name"))
    contact_id_number = forms.CharField(
        label=_("ID number"),
        max_length=24,
        widget=_text(autocomplete="off", spellcheck="false"),
        help_text=_("proposed as the institution's first manager"),
    )
    contact_phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        widget=_text(inputmode="tel", autocomplete="tel"),
        help_text=_("gets a code now and the answer later"),
    )
    captcha = ChallengeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position_codes"].choices = list(Position.objects.values_list("code", "name"))  # type: ignore[attr-defined]

    def clean_short_name(self) -> str:
        return ruled(naming.normalised_short_name, self.cleaned_data["short_name"])

    def clean_credit_code(self) -> str:
        code = ruled(naming.normalised_credit_code, self.cleaned_data["credit_code"])
        ruled(require_new, code)
        return code

    def clean_code(self) -> str:
        """The subdomain; one that has a digit too many for the register is refused by its length."""
        label = ruled(naming.normalised_subdomain, self.cleaned_data["code"])
        ruled(require_free, f"{label}.{base_domain()}")
        if len(label) > 16:
            raise ValidationError(_("At most 16 characters."))
        return label

    def clean_contact_name(self) -> str:
        return self.cleaned_data["contact_name"].strip()

    def clean_contact_id_number(self) -> str:
        return ruled(people.normalised_id_number, self.cleaned_data["contact_id_number"])

    def clean_contact_phone(self) -> str:
        return ruled(people.normalised_phone, self.cleaned_data["contact_phone"])

    def wish(self) -> dict[str, Any]:
        """The fields of `tenants.applications.Wish`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "captcha"}


class StatusForm(PlainForm):
    """Whose application it is."""

    phone = forms.CharField(
        label=_("Contact person's mobile phone"), max_length=20, widget=_text(inputmode="tel", autocomplete="tel")
    )
    captcha = ChallengeField()

    def clean_phone(self) -> str:
        return ruled(people.normalised_phone, self.cleaned_data["phone"])
