"""The SMS log: what left, what waits, what failed and why; a failed message goes once more when somebody says so."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cms.console import access
from cms.console.message_words import ERRORS, TEMPLATE_NAMES
from cms.console.periods import PeriodForm, within
from cms.frame import kept, page_of
from tenants.accounts.rules import normalised_phone
from tenants.errors import DomainError
from tenants.messages import services
from tenants.messages.models import Sms, SmsState
from tenants.messages.templates import TEMPLATES
from tenants.models import Institution, Kind
from tenants.requests import TenantRequest

TONES = {
    SmsState.QUEUED: "wait",
    SmsState.SENDING: "chg",
    SmsState.SENT: "done",
    SmsState.FAILED: "fail",
    SmsState.CANCELLED: "off",
    SmsState.UNKNOWN: "review",
}


class FilterForm(PeriodForm):
    """`to` is the blind index of a phone, so that no number stands in an address."""

    template = forms.ChoiceField(label=gettext_lazy("Template"), required=False)
    institution = forms.ModelChoiceField(
        label=gettext_lazy("Institution"), required=False, queryset=Institution.objects.none(),
        to_field_name="schema_name", empty_label=gettext_lazy("All"),
    )  # fmt: skip
    state = forms.ChoiceField(required=False, choices=[("", ""), *SmsState.choices], widget=forms.HiddenInput)
    to = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)

    field_order = ("template", "institution", "since", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, TEMPLATE_NAMES.get(name, name)) for name in TEMPLATES]
        self.fields["template"].choices = [("", _("All")), *names]  # type: ignore[attr-defined]
        known = Institution.objects.exclude(kind=Kind.TEMPLATE)
        self.fields["institution"].queryset = known.only("schema_name", "short_name", "name")  # type: ignore[attr-defined]


class PhoneForm(forms.Form):
    phone = forms.CharField(label=gettext_lazy("Whole phone number"), max_length=20)

    def clean_phone(self) -> str:
        try:
            return normalised_phone(self.cleaned_data["phone"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from error


@access.console_view(*access.READERS)
def index(request: TenantRequest) -> HttpResponse:
    """POST looks for a phone and leads to the list of its messages."""
    phone = PhoneForm(request.POST if request.method == "POST" else None)
    if phone.is_bound and phone.is_valid():
        to = services.phone_index(phone.cleaned_data["phone"])
        return redirect(f"{reverse('console:messages')}?to={to}")
    form = FilterForm(request.GET or None)
    data = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, rows_of(data))
    context = {
        "title": _("SMS outbox"),
        "page": page,
        "rows": [dressed(sms) for sms in page.object_list],
        "keep": kept(request),
        "states": [("", _("All")), *SmsState.choices],
        "state": data.get("state", ""),
        "tabs": _without(request, "state"),
        "form": form,
        "phone": phone,
        "filtered": any(data.values()),
        "may_change": access.has_role(request.user, *access.ADMINS),
        "here": request.get_full_path(),
    }
    return render(request, "console/messages.html", context, status=400 if form.errors or phone.errors else 200)


def rows_of(data: dict[str, Any]) -> Any:
    """The rows of the log for cleaned filters."""
    rows = within(Sms.objects.select_related("institution", "user"), "created_at", data)
    named = {"state": "state", "template": "template", "institution": "institution", "to": "phone_index"}
    return rows.filter(**{field: data[name] for name, field in named.items() if data.get(name)})


def dressed(sms: Any) -> Any:
    """Codes are readable in the demo only; elsewhere nobody but the person reads them."""
    sms.tone = TONES[SmsState(sms.state)]
    sms.shown_text = sms.text if not sms.holds_code or settings.IS_DEMO else _("A code; only the person reads it.")
    sms.template_name = TEMPLATE_NAMES.get(sms.template, sms.template)
    sms.error_words = ERRORS.get(sms.error, sms.error)
    sms.again = sms.state == SmsState.FAILED and not sms.holds_code
    return sms


def _without(request: TenantRequest, name: str) -> str:
    query = request.GET.copy()
    for one in (name, "page"):
        query.pop(one, None)
    return f"&{query.urlencode()}" if query else ""


@require_POST
@access.console_view(*access.ADMINS)
def again(request: TenantRequest, uuid: str) -> HttpResponse:
    """Once more, for a message that surely did not leave."""
    try:
        services.send_again(get_object_or_404(Sms, uuid=uuid), by=request.user, at=now())
        messages.success(request, _("The message is queued once more."))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('console:messages')}?state={SmsState.FAILED}")
