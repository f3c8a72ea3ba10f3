"""What a person types about their own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.accounts.forms import NewPasswordForm


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("New phone number"),
        max_length=20,
        error_messages={"required": _("Enter the new phone number.")},
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "tel", "autocomplete": "tel-national"}),
    )


class ChangePasswordForm(NewPasswordForm):
    """The old password first: an open browser is not enough to take an account over."""

    old = forms.CharField(
        label=_("Present password"),
        max_length=128,
        strip=False,
        error_messages={"required": _("Enter your present password.")},
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )
    field_order = ("old", "password", "again")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("old") and data.get("old") == data.get("password"):
            self.add_error("password", _("This is your present password. Choose another one."))
        return data
