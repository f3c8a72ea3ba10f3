"""What the console lets the association type about an institution; every error is the sentence of a rule."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cms.brand_forms import ColoursForm, LogoForm, PlainForm, ruled
from learning.models import Position
from tenants import naming
from tenants.accounts import rules as people
from tenants.details import check_free
from tenants.domains import base_domain, require_free
from tenants.errors import DomainError
from tenants.models import Institution


class NamesForm(PlainForm):
    """Who it is, and how it is reached."""

    name = forms.CharField(label=_("Full name of the institution"), min_length=4, max_length=80)
    short_name = forms.CharField(
        label=_("Short name"), max_length=12, help_text=_("2 to 12 characters; also the SMS signature, to be reviewed")
    )
    credit_code = forms.CharField(label=_("Unified social credit code"), max_length=24, help_text=_("18 characters"))
    code = forms.CharField(
        label=_("Institution code"), max_length=16, help_text=_("your own numbering, never shown twice")
    )
    contact_name = forms.CharField(label=_("Contact person"), max_length=40)
    phone = forms.CharField(label=_("Telephone for trainees"), max_length=40, help_text=_("shown on every page"))
    region = forms.CharField(
        label=_("City or district"),
        max_length=40,
        help_text=_("trainees look for institutions by it"),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    address = forms.CharField(label=_("Street address"), max_length=120, required=False)

    def __init__(self, *args: Any, institution: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.institution = institution

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        ruled(check_free, name=name, but=self.institution)
        return name

    def clean_short_name(self) -> str:
        return ruled(naming.normalised_short_name, self.cleaned_data["short_name"])

    def clean_credit_code(self) -> str:
        code = ruled(naming.normalised_credit_code, self.cleaned_data["credit_code"])
        ruled(check_free, credit_code=code, but=self.institution)
        return code

    def clean_code(self) -> str:
        code = ruled(naming.normalised_code, self.cleaned_data["code"])
        ruled(check_free, code=code, but=self.institution)
        return code

    def clean_phone(self) -> str:
        return ruled(naming.normalised_office_phone, self.cleaned_data["phone"])


class DetailsForm(NamesForm):
    """The same of an open institution; its code stays."""

    code = None  # type: ignore[assignment]


class PositionsForm(PlainForm):
    """What it may train."""

    position_codes = forms.MultipleChoiceField(
        label=_("Approved positions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one position.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position_codes"].choices = [  # type: ignore[attr-defined]
            (code, f"{name}　{code}") for code, name in Position.objects.values_list("code", "name")
        ]


class AddressForm(PlainForm):
    """Where the site lives."""

    subdomain = forms.CharField(label=_("Subdomain"), max_length=30)
    hosts = forms.CharField(
        label=_("Host names of its own"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("one a line; can be made the main address on the institution's page once they work"),
    )

    def clean_subdomain(self) -> str:
        label = ruled(naming.normalised_subdomain, self.cleaned_data["subdomain"])
        ruled(require_free, f"{label}.{base_domain()}")
        return label

    def clean_hosts(self) -> str:
        """Checked line by line; the error names the line."""
        base, hosts, faults = base_domain(), [], []
        for line in self.cleaned_data["hosts"].split():
            try:
                host = naming.normalised_host(line, base=base)
                require_free(host)
                hosts.append(host)
            except DomainError as error:
                faults.append(f"{line}：{error.message}")
        if faults:
            raise ValidationError(faults)
        return "\n".join(dict.fromkeys(hosts))


class HostForm(PlainForm):
    host = forms.CharField(label=_("Host name"), max_length=253)


class LookForm(ColoursForm, LogoForm):
    """The wizard's step: colours and logo together."""


class ManagerForm(PlainForm):
    """The first manager. What is typed never changes an account that exists."""

    manager_name = forms.CharField(label=_("Name"), max_length=50, help_text=_("as on the card"))
    manager_id_number = forms.CharField(
        label=_("ID number"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    manager_phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        help_text=_("The person's own. An account that exists keeps its phone, and the invitation goes there."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_manager_name(self) -> str:
        return self.cleaned_data["manager_name"].strip()

    def clean_manager_id_number(self) -> str:
        return ruled(people.normalised_id_number, self.cleaned_data["manager_id_number"])

    def clean_manager_phone(self) -> str:
        return ruled(people.normalised_phone, self.cleaned_data["manager_phone"])


class ReasonForm(PlainForm):
    """A sentence that stands in the audit trail, and, where the screen says so, is read by others."""

    reason = forms.CharField(
        label=_("Why"),
        min_length=4,
        max_length=300,
        error_messages={
            "required": _("Say why in one sentence."),
            "min_length": _("Say why in one sentence."),
        },
    )
