"""What a clerk at the desk types about a certificate that the register does not hold."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.claim_form import QUIET, CertificateForm


class ClaimForm(CertificateForm):
    """The holder too, as the card says it."""

    field_order = ("id_number", "name")
    id_number = forms.CharField(
        label=_("ID number"), max_length=24, widget=forms.TextInput(attrs=QUIET),
        help_text=_("18 digits, or the number of a passport"),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Name"), max_length=50, help_text=_("as on the card"), widget=forms.TextInput(attrs=QUIET)
    )
