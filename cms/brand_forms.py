"""Logo and colours, for the association's wizard and the institution's own screen."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants import colours, filings, naming
from tenants.errors import DomainError
from tenants.logos import Picture, prepare


def ruled(rule: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The rule's answer, or its sentence as the field's error."""
    try:
        return rule(*args, **kwargs)
    except DomainError as error:
        raise ValidationError(error.message, code=error.code) from error


class PlainForm(forms.Form):
    """Says "fill this in" where Django says that a field is compulsory; own sentences stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _("Please fill this in.")


class ColoursForm(PlainForm):
    """Main and second colour. `suggestions` has a readable colour of the same hue for each that was refused."""

    brand_main = forms.CharField(label=_("Main colour"), max_length=7, initial="#1d4f8b")
    brand_accent = forms.CharField(label=_("Second colour"), max_length=7, initial="#b3261e")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggestions: dict[str, str] = {}
        for field in self.fields.values():
            field.widget.attrs |= {"spellcheck": "false", "autocomplete": "off", "data-colour": ""}

    def _colour(self, name: str) -> str:
        try:
            return colours.checked(self.cleaned_data[name])
        except colours.BadColour as error:
            if error.suggestion:
                self.suggestions[name] = error.suggestion
            raise ValidationError(error.message, code=error.code) from error

    def clean_brand_main(self) -> str:
        return self._colour("brand_main")

    def clean_brand_accent(self) -> str:
        return self._colour("brand_accent")


class FooterForm(PlainForm):
    """What stands at the foot of every page; each may be empty."""

    footer_text = forms.CharField(
        label=_("Footer text"), max_length=200, required=False, help_text=_("one line, for example who is responsible")
    )
    service_hours = forms.CharField(
        label=_("When the telephone is answered"),
        max_length=60,
        required=False,
        help_text=_("for example 周一至周五 9:00—12:00、14:00—17:30"),
    )
    icp_number = forms.CharField(
        label=_("ICP filing"), max_length=40, required=False, help_text=_("for example 粤ICP备12345678号-1")
    )
    police_number = forms.CharField(
        label=_("Police filing"), max_length=40, required=False, help_text=_("for example 粤公网安备44010602000001号")
    )

    def clean_icp_number(self) -> str:
        return str(ruled(filings.icp_number, self.cleaned_data["icp_number"]))

    def clean_police_number(self) -> str:
        return str(ruled(filings.police_number, self.cleaned_data["police_number"]))


class ContactForm(PlainForm):
    """Where the association is reached; an institution's own is among its details in the console."""

    phone = forms.CharField(label=_("Telephone for trainees"), max_length=40, help_text=_("shown on every page"))
    address = forms.CharField(label=_("Street address"), max_length=120, required=False)

    def clean_phone(self) -> str:
        return str(ruled(naming.normalised_office_phone, self.cleaned_data["phone"]))


class LogoForm(PlainForm):
    """A picture of the logo, looked at by its content and drawn anew."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP up to 2 MB; best square, on a transparent ground"),
    )

    def clean_logo(self) -> Picture | None:
        upload = self.cleaned_data["logo"]
        return ruled(prepare, upload.read()) if upload else None
