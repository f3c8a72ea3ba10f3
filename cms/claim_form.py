"""What is typed about a certificate that the register does not hold, by a clerk or by its holder."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cms.brand_forms import PlainForm, ruled
from learning.claim_scans import MOST_BYTES, prepare_scan
from learning.models import Position
from learning.register_errors import CannotClaim

QUIET = {"autocomplete": "off", "spellcheck": "false"}


class CertificateForm(PlainForm):
    """As the certificate says it; `scan` is cleaned to the bytes of a JPEG of ours."""

    number = forms.CharField(label=_("Certificate number"), max_length=40, widget=forms.TextInput(attrs=QUIET))
    position: "forms.ModelChoiceField[Position]" = forms.ModelChoiceField(
        label=_("Position"), queryset=Position.objects.order_by("code"), empty_label=_("Choose a position"),
        to_field_name="code",
    )  # fmt: skip
    issued_on = forms.DateField(
        label=_("Day of issue"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(
        label=_("Remarks"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("what helps the association to find it: where it was issued, an earlier name"),
    )  # fmt: skip
    scan = forms.FileField(
        label=_("Picture of the certificate"), required=False, help_text=_("JPEG or PNG, at most 8 MB; kept sealed"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
    )  # fmt: skip

    def clean_scan(self) -> bytes | None:
        return cleaned_scan(self.cleaned_data["scan"])


def cleaned_scan(upload: UploadedFile | None) -> bytes | None:
    """The picture drawn anew, or None without one. The sentence of what is wrong becomes the field's error."""
    if not upload:
        return None
    if (upload.size or 0) > MOST_BYTES:
        raise forms.ValidationError(CannotClaim("too_large").message)
    drawn: Any = ruled(prepare_scan, upload.read())
    return bytes(drawn)
