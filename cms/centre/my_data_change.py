"""Two doors of 我的个人信息: ask for a correction, and take a consent back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cms.centre.views import own_rows
from proctoring import services as proctoring
from proctoring.models import Consent
from tenants.accounts import data_requests
from tenants.accounts.data_requests import FIELDS, Wish
from tenants.accounts.models import DataRequest, Gender
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import institution_scope


class CorrectionForm(forms.Form):
    """Which of the three is wrong, what is right, and how it came about. Only the chosen field counts."""

    field = forms.ChoiceField(
        label=gettext_lazy("What is wrong"), choices=list(FIELDS.items()), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what is wrong.")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Right name"), max_length=50, required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )  # fmt: skip
    id_number = forms.CharField(
        label=gettext_lazy("Right ID number"), max_length=32, required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    gender = forms.ChoiceField(
        label=gettext_lazy("Right gender"), choices=Gender.choices, required=False, widget=forms.RadioSelect
    )
    why = forms.CharField(
        label=gettext_lazy("How it came about"), max_length=300,
        help_text=gettext_lazy("For example: the name on the card was changed in May, household register in hand."),
        error_messages={"required": gettext_lazy("One sentence helps whoever checks it.")},
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (field := data.get("field")) and not data.get(field) and field not in self.errors:
            self.add_error(field, _("Write down what is right."))
        return data


@sensitive_post_parameters("name", "id_number")
@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: TenantRequest) -> HttpResponse:
    """Ask the association for a correction. Whether the number is somebody else's is never said here."""
    at = now()
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            wish = Wish(data["field"], data[data["field"]], data["why"])
            data_requests.ask_correction(request.user, wish, by=request.user, at=at)
        except data_requests.AskedAlready as error:
            form.add_error(None, error.message)
        except DomainError as error:
            form.add_error(data["field"], error.message)
        else:
            messages.success(request, _("Your wish is with the association. You get an SMS when it is decided."))
            return redirect("centre:my_data")
    context = {
        "form": form,
        "waits": data_requests.open_request(request.user, DataRequest.Kind.CORRECT),
        "rules": rules_for(RetentionRules, at=at),
    }
    return render(request, "cms/centre/my_data_correct.html", context, status=400 if form.errors else 200)


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Take one institution's consent back: what follows first, then the button."""
    at = now()
    consent: Consent = get_object_or_404(Consent.objects.select_related("institution"), uuid=uuid, user=request.user)
    if consent.withdrawn_at is not None:
        return redirect("centre:my_data")
    if request.method == "POST":
        with institution_scope(consent.institution):
            proctoring.withdraw_consent(
                request.user, consent.institution, by=request.user, at=at, ip=request.META.get("REMOTE_ADDR")
            )
        messages.success(request, _("The consent was taken back. The camera is not used any more."))
        return redirect("centre:my_data")
    context = {"consent": consent, "rules": rules_for(RetentionRules, at=at)}
    return render(request, "cms/centre/my_data_withdraw.html", context)
