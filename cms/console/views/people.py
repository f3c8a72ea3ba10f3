"""学员账号: find one person by what only they and their papers tell, and change a lost phone. No list of everybody."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.console import access
from cms.enrolment_words import dress_admission
from cms.security_events import events_of
from learning.models import Enrolment
from proctoring.limits import longer_limits_of
from tenants.accounts import phones, sessions
from tenants.accounts.models import User
from tenants.accounts.queries import find_person
from tenants.accounts.rules import normalised_phone
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.templates import TEMPLATES
from tenants.requests import TenantRequest


class SearchForm(forms.Form):
    """Either the full number of the document, or name and phone together."""

    number = forms.CharField(
        label=gettext_lazy("Full number of the document"), required=False, max_length=32,
        help_text=gettext_lazy("ID card, residence permit or passport"),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=50)
    phone = forms.CharField(label=gettext_lazy("Mobile phone"), required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("number"):
            for field in ("name", "phone"):
                if not data.get(field):
                    self.add_error(field, _("Enter the full number, or name and phone together."))
        return data


class PhoneForm(forms.Form):
    """The new number as the person tells it, and how the clerk knows that it is they."""

    phone = forms.CharField(label=gettext_lazy("New phone number"), max_length=20)
    again = forms.CharField(label=gettext_lazy("New phone number once more"), max_length=20)
    reason = forms.CharField(
        label=gettext_lazy("Why, and how you made sure who asks"),
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "for example: old number cancelled, seen in person with the ID card. No names, no numbers."
        ),
    )

    def clean_phone(self) -> str:
        return _normalised(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("phone") and data.get("again") and _normalised(data["again"]) != data["phone"]:
            self.add_error("again", _("The two numbers differ. Type it once more."))
        return data


def _normalised(text: str) -> str:
    try:
        return normalised_phone(text)
    except DomainError as error:
        raise forms.ValidationError(error.message) from error


@access.console_view(*access.READERS)
def search(request: TenantRequest) -> HttpResponse:
    """By POST, so that no number stands in an address or a log. Every search is in the audit trail."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    person, searched = None, False
    if request.method == "POST" and form.is_valid():
        searched, person = True, find_person(**form.cleaned_data)
        record("account.searched", actor=request.user, subject=person, institution=request.tenant, at=now())
    context = {
        "title": _("Trainee accounts"),
        "form": form,
        "person": person,
        "searched": searched,
        "may_change": access.has_role(request.user, *access.ADMINS),
    }
    return render(request, "console/people.html", context, status=400 if form.errors else 200)


@access.console_view(*access.READERS, change=access.ADMINS)
def phone(request: TenantRequest, uuid: str) -> HttpResponse:
    """One account: how it stands, and a new phone number for a reason."""
    person = get_object_or_404(User, uuid=uuid, anonymised_at=None)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, person, form):
        words = _("%(name)s: the phone number is changed, all sessions have ended, both numbers get a message.")
        messages.success(request, words % {"name": person.name})
        return redirect("console:person", uuid=uuid)
    context = {
        "title": person.name,
        "parent_title": _("Trainee accounts"),
        "parent_url": reverse("console:people"),
        "person": person,
        "form": form,
        "longer_limits": longer_limits_of(person, request.tenant),
        "limits_url": reverse("console:limits", args=[uuid]),
        "open_sessions": sessions.live_sessions(person, at=now()).count(),
        "events": events_of(person),
        "enrolments": [dress_admission(one) for one in _enrolments_of(person)],
        "sms_old": TEMPLATES["phone_changed"].text.format(tail="••••"),
        "sms_new": TEMPLATES["phone_bound"].text,
        "may_change": access.has_role(request.user, *access.ADMINS) and person.pk != request.user.pk,
    }
    return render(request, "console/person.html", context, status=400 if form.errors else 200)


def _enrolments_of(person: User) -> QuerySet[Enrolment]:
    """At all institutions, the newest first."""
    return Enrolment.objects.filter(user=person).select_related("position", "institution", "post_certificate")


def _change(request: TenantRequest, person: User, form: PhoneForm) -> bool:
    data = form.cleaned_data
    if person.pk == request.user.pk:
        form.add_error(None, _("Change your own number in your personal centre, like everybody."))
        return False
    try:
        phones.change_phone(
            person, data["phone"], way=phones.Way.ASSOCIATION, reason=data["reason"], by=request.user,
            institution=request.tenant, at=now(),
        )  # fmt: skip
    except DomainError as error:
        form.add_error("phone", error.message)
        return False
    return True
