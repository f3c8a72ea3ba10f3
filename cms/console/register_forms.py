"""What the association types about a post certificate, and about a claim that one is missing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.brand_forms import PlainForm
from cms.console.institution_forms import ReasonForm
from learning.models import CertificateClaim, Position, PostCertificate
from learning.services import CertificateData

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
QUIET = {"autocomplete": "off", "spellcheck": "false"}


class CertificateForm(PlainForm):
    """A certificate as the paper says it; the rules of the register judge it, sentence by sentence."""

    number = forms.CharField(label=_("Certificate number"), max_length=40, widget=forms.TextInput(attrs=QUIET))
    name = forms.CharField(label=_("Holder"), max_length=50, widget=forms.TextInput(attrs=QUIET))
    id_number = forms.CharField(
        label=_("ID number"), max_length=24, widget=forms.TextInput(attrs=QUIET),
        help_text=_("18 digits, or the number of a passport"),
    )  # fmt: skip
    position: "forms.ModelChoiceField[Position]" = forms.ModelChoiceField(
        label=_("Position"), queryset=Position.objects.order_by("code"), empty_label=_("Choose a position"),
        to_field_name="code",
    )  # fmt: skip
    issued_on = forms.DateField(label=_("Day of issue"), widget=DAY)

    def data_of(self) -> CertificateData:
        """What was typed, for the service."""
        data = self.cleaned_data
        return CertificateData(data["number"], data["id_number"], data["name"], data["position"], data["issued_on"])


class CorrectionForm(CertificateForm, ReasonForm):
    """The same of a row that exists. The number of the document is never shown: left empty, it stays as it is."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, certificate: PostCertificate, **kwargs: Any) -> None:
        self.certificate = certificate
        super().__init__(*args, initial=shown(certificate) | {"version": certificate.version}, **kwargs)
        self.fields["id_number"].required = False
        self.fields["id_number"].help_text = _("Leave it empty where it is right.")

    def clean_id_number(self) -> str:
        return self.cleaned_data["id_number"].strip() or self.certificate.holder_id_number


class StateForm(ReasonForm):
    """Why a certificate is revoked, or a revocation taken back."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class EnterForm(CertificateForm):
    """What is entered for a claim: as it was claimed, or as the files of the association say."""

    def __init__(self, *args: Any, claim: CertificateClaim, **kwargs: Any) -> None:
        self.claim = claim
        initial = {
            "number": claim.number, "name": claim.holder_name, "position": claim.position.code,
            "issued_on": claim.issued_on,
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["id_number"].required = False
        self.fields["id_number"].help_text = _("Leave it empty where the claimed number is right.")

    def clean_id_number(self) -> str:
        return self.cleaned_data["id_number"].strip() or self.claim.holder_id_number


class RefuseForm(PlainForm):
    """Why a claim is not entered."""

    answer = forms.CharField(
        label=_("Answer to the institution"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The institution reads it. Say nothing about other people's certificates."),
    )  # fmt: skip


def shown(certificate: PostCertificate) -> dict[str, Any]:
    """The fields as they stand in the register, without the number of the document."""
    return {
        "number": certificate.number, "name": certificate.holder_name, "position": certificate.position.code,
        "issued_on": certificate.issued_on,
    }  # fmt: skip
