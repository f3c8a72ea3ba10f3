"""Forms of signing in. Their errors are sentences of the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import Gender, User
from tenants.captchas.fields import ChallengeField


class SignInForm(forms.Form):
    account = forms.CharField(
        label=_("ID number or phone"),
        max_length=40,
        error_messages={"required": _("Enter your ID number or your phone number.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "class": "input", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        error_messages={"required": _("Enter your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "input"}),
    )

    def __init__(self, *args: Any, with_captcha: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_captcha:
            self.fields["captcha"] = ChallengeField()


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label=_("SMS code"),
        error_messages={"invalid": _("The code has six digits."), "required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={
                "class": "input input-code",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": "6",
            }
        ),
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("New password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("New password once more"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("password") != data.get("again"):
            self.add_error("again", _("The two passwords differ. Type it once more."))
        return data


class DetailsForm(forms.Form):
    """What a person may change alone."""

    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("Email"), required=False, widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"})
    )

    @classmethod
    def of(cls, user: User, data: Any = None) -> "DetailsForm":
        return cls(data, initial={"gender": user.gender, "email": user.email})


class FactorForm(forms.Form):
    """Six digits of the authenticator app, or one of the recovery codes."""

    code = forms.CharField(
        label=_("Code of the app"), max_length=24, error_messages={"required": _("Enter the code.")},
        widget=forms.TextInput(
            attrs={
                "class": "input input-code", "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "7",
                "spellcheck": "false",
            }
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, by_recovery: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_recovery:
            field = self.fields["code"]
            field.label = _("Recovery code")
            field.widget.attrs |= {
                "class": "input input-recovery", "inputmode": "text", "autocomplete": "off", "maxlength": "24",
                "autocapitalize": "off",
            }  # fmt: skip
