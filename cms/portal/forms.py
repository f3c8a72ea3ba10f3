"""What the portal's visitors type."""

from django.utils.translation import gettext_lazy as _

from certs.forms import LookUpForm


class AppraisalLookUpForm(LookUpForm):
    """Number, name and captcha, as for certificates."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].error_messages["required"] = _("Enter the name of the person who was appraised.")
        self.fields["number"].label = _("Appraisal number")
        self.fields["number"].error_messages["required"] = _("Enter the appraisal number.")
