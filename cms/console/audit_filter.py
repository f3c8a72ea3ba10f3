"""What the audit viewer is asked for, and the rows that answer it."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cms.audit_words import GROUPS
from cms.console.periods import PeriodForm, within
from tenants.audit.models import Entry
from tenants.models import Institution, Kind

NOBODY = "system"


class FilterForm(PeriodForm):
    """All optional. `person` is one account: what they did and what was done to them; `subject` is `type:id`."""

    who = forms.CharField(label=pgettext_lazy("audit", "Who"), required=False, max_length=50)
    action = forms.ChoiceField(label=gettext_lazy("Action"), required=False)
    institution = forms.ModelChoiceField(
        label=gettext_lazy("Institution"), required=False, queryset=Institution.objects.none(),
        to_field_name="schema_name", empty_label=gettext_lazy("All"),
    )  # fmt: skip
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    subject = forms.CharField(required=False, max_length=110, widget=forms.HiddenInput)

    field_order = ("who", "action", "institution", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(label, list(actions.items())) for label, actions in GROUPS.items()]
        self.fields["action"].choices = [("", _("All")), *groups]  # type: ignore[attr-defined]
        known = Institution.objects.exclude(kind=Kind.TEMPLATE)
        self.fields["institution"].queryset = known.only("schema_name", "short_name", "name")  # type: ignore[attr-defined]

    @property
    def used(self) -> list[str]:
        """Names of the filters that are set."""
        return sorted(name for name, value in self.cleaned_data.items() if value)


def entries_of(data: dict[str, Any]) -> QuerySet[Entry]:
    """The rows for cleaned filters, newest first."""
    rows = Entry.objects.select_related("actor", "institution", "seal")
    if who := data.get("who", "").strip():
        named = Q(actor__name__icontains=who) | Q(actor__name_pinyin__icontains=who.lower())
        rows = rows.filter(Q(actor=None) if who in (NOBODY, _("System")) else named)
    if action := data.get("action"):
        rows = rows.filter(action=action)
    if data.get("institution"):
        rows = rows.filter(institution=data["institution"])
    rows = within(rows, "at", data)
    if person := data.get("person"):
        rows = rows.filter(Q(actor__uuid=person) | Q(subject_type="accounts.user", subject_id=str(person)))
    kind, _colon, key = data.get("subject", "").partition(":")
    return rows.filter(subject_type=kind, subject_id=key) if key else rows
