"""The public look-up by number and name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.captchas.fields import ChallengeField

QUIET = {"class": "input", "autocomplete": "off", "spellcheck": "false"}


class LookUpForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=50,
        widget=forms.TextInput(attrs=QUIET),
        error_messages={"required": _("Enter the name on the certificate.")},
    )
    number = forms.CharField(
        label=_("Certificate number"),
        max_length=40,
        widget=forms.TextInput(attrs=QUIET),
        error_messages={"required": _("Enter the certificate number.")},
    )
    captcha = ChallengeField()
