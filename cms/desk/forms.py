"""What the desk lets people type. No field ever shows or changes what an existing account holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import PostCertificate, TrainingClass
from tenants.accounts.models import DocumentKind, Gender
from tenants.accounts.rules import kind_of


class PersonForm(forms.Form):
    """Who is at the counter, as the card says it."""

    id_number = forms.CharField(label=_("ID number"), max_length=24, help_text=_("as on the card; 18 digits"))
    passport = forms.BooleanField(label=_("It is the number of a passport"), required=False)
    gender = forms.ChoiceField(
        label=_("Gender, as in the passport"), choices=[("", "—"), *Gender.choices], required=False
    )
    name = forms.CharField(label=_("Name"), max_length=50, help_text=_("as on the card"))

    def clean_id_number(self) -> str:
        return self.cleaned_data["id_number"].strip()

    def clean_name(self) -> str:
        return self.cleaned_data["name"].strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("passport") and not data.get("gender") and "gender" not in self.errors:
            self.add_error("gender", _("Choose the gender that stands in the passport."))
        return data

    @property
    def document_kind(self) -> str:
        """`passport`, or what 18 digits tell by themselves."""
        number = self.cleaned_data.get("id_number", "")
        return DocumentKind.PASSPORT.value if self.cleaned_data.get("passport") else kind_of(number)


class EnrolForm(PersonForm):
    """Number and name are typed; the register of post certificates fills in the rest."""

    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        required=False,
        help_text=_("The trainee's own. It stands on the application; an existing account keeps the phone it has."),
    )
    certificate = forms.ChoiceField(label=_("Which post certificate"), widget=forms.RadioSelect)
    training_class: "forms.ModelChoiceField[TrainingClass]" = forms.ModelChoiceField(
        label=_("Class"), queryset=TrainingClass.objects.none(), required=False, empty_label=_("no class yet")
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    free = forms.BooleanField(
        label=_("Free of charge: no fee notice names this position, and nothing is asked for it."), required=False
    )
    wants_invoice = forms.BooleanField(label=_("An invoice is wanted"), required=False)
    invoice_title = forms.CharField(label=_("Title of the invoice"), max_length=100, required=False)
    invoice_tax_number = forms.CharField(
        label=_("Tax number"), max_length=20, required=False, help_text=_("of a firm; a person has none")
    )

    def __init__(self, *args: Any, certificates: list[PostCertificate], years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certificate"].choices = [(c.number, c.number) for c in certificates]  # type: ignore[attr-defined]
        self.fields["training_class"].queryset = TrainingClass.objects.filter(closed_at=None)  # type: ignore[attr-defined]
        self.fields["year"].choices = [(year, year) for year in years]  # type: ignore[attr-defined]


class RejectForm(forms.Form):
    """Why a profile goes back; the trainee reads it."""

    reason = forms.CharField(label=_("What the trainee should do again"), max_length=200)


class ResetForm(forms.Form):
    """Why somebody's account goes back to the initial password; stands in the audit trail."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("for the audit trail; one sentence, without numbers of the person"),
        error_messages={"required": _("Say in one sentence why.")},
    )
    seen = forms.BooleanField(
        label=_("The person stands before me, or I have checked by phone that it is them."),
        error_messages={"required": _("Without this nothing is reset.")},
    )


class ConfirmForm(forms.Form):
    """The clerk's word that they compared card and photos."""

    seen = forms.BooleanField(label=_("I have seen the card in person, or its scan, and it is this person."))
