"""What the console lets people type about appraisals and experts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from certs.appraisals import REASON_MAX, AppraisalFacts
from certs.models import AppraisalLevel, AppraisalResult
from cms.brand_forms import PlainForm
from cms.portal.services import ExpertFacts


class AppraisalForm(PlainForm):
    """One record. Changing one also takes a reason (`ChangeAppraisalForm`)."""

    number = forms.CharField(
        label=_("Appraisal number"), max_length=40, help_text=_("as on the slip; letters are stored as capitals")
    )
    name = forms.CharField(label=_("Name"), max_length=50)
    id_number = forms.CharField(label=_("ID number"), max_length=30, help_text=_("stored encrypted, never public"))
    occupation = forms.CharField(label=_("Trade"), max_length=40)
    level = forms.ChoiceField(label=_("Level"), choices=AppraisalLevel.choices)
    site = forms.CharField(label=_("Appraisal site"), max_length=80)
    region = forms.CharField(label=_("City"), max_length=40)
    appraised_on = forms.DateField(label=_("Day of the appraisal"), widget=forms.DateInput(attrs={"type": "date"}))
    result = forms.ChoiceField(label=_("Result"), choices=AppraisalResult.choices)

    @property
    def facts(self) -> AppraisalFacts:
        """What was typed, once the form is valid."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return AppraisalFacts(**data)


class ReasonForm(PlainForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_MAX,
        help_text=_("stands in the audit trail; numbers of people are blacked out"),
    )


class ChangeAppraisalForm(AppraisalForm):
    """A correction. The ID number is never shown: left empty, it stays as it is."""

    id_number = forms.CharField(
        label=_("ID number"), max_length=30, required=False, help_text=_("leave it empty to keep the stored one")
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_MAX,
        help_text=_("stands in the audit trail; numbers of people are blacked out"),
    )


class ExpertForm(PlainForm):
    """One entry of the directory of experts."""

    name = forms.CharField(label=_("Name"), max_length=50)
    field = forms.CharField(label=_("Field"), max_length=40)
    title = forms.CharField(label=_("Professional title"), max_length=40)
    region = forms.CharField(label=_("City"), max_length=40)
    employer = forms.CharField(label=_("Employer"), max_length=80, required=False, help_text=_("not public"))
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False, help_text=_("not public"))

    @property
    def facts(self) -> ExpertFacts:
        """What was typed, once the form is valid."""
        return ExpertFacts(**self.cleaned_data)
