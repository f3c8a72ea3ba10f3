"""The dialog that shows a full number: reason first, then the number for a minute. Desk and console share it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from certs.models import AppraisalRecord
from learning.models import CertificateClaim, Enrolment, PostCertificate
from tenants.accounts.models import DataRequest, User
from tenants.accounts.reveal import REASON_MAX, may_reveal, reveal
from tenants.errors import DomainError
from tenants.masking import mask_id_number, mask_phone_number
from tenants.rulesets.rules import PrivacyRules
from tenants.rulesets.services import rules_for

KINDS: dict[str, Any] = {
    "person": User, "certificate": PostCertificate, "request": DataRequest, "enrolment": Enrolment,
    "claim": CertificateClaim,
    "appraisal": AppraisalRecord,
}  # fmt: skip


def kind_of(subject: Any) -> str:
    """The word in the address for what `subject` is."""
    return next(kind for kind, model in KINDS.items() if isinstance(subject, model))


class ReasonForm(forms.Form):
    """Why somebody needs the number; the service decides whether that is enough."""

    reason = forms.CharField(required=False, max_length=REASON_MAX)


@never_cache
def reveal_view(request: HttpRequest, subject: Any, field: str) -> HttpResponse:
    """GET asks for the reason; POST writes the audit row and then shows the number. Fragments for htmx, else a page."""
    if field not in subject.revealable:
        raise Http404
    form = ReasonForm(request.POST or None)
    context = _context(request, subject, field) | {"form": form}
    if not may_reveal(request.user, request.tenant):  # type: ignore[attr-defined]
        return _answer(request, "refused", context, 403)
    if request.method != "POST":
        return _answer(request, "form", context)
    if not form.is_valid():
        return _answer(request, "form", context, 400)
    try:
        number = reveal(
            subject, field, reason=form.cleaned_data["reason"], by=request.user,
            institution=request.tenant, at=now(),  # type: ignore[attr-defined]
        )  # fmt: skip
    except DomainError as error:
        form.add_error("reason", error.message)
        return _answer(request, "form", context, error.status)
    return _shown(request, context | {"number": number})


def _context(request: HttpRequest, subject: Any, field: str) -> dict[str, Any]:
    value = getattr(subject, field) or ""
    is_phone = field == "phone"
    return {
        "title": _("Full phone number") if is_phone else _("Full ID number"),
        "what": _("phone number") if is_phone else _("ID number"),
        "person": _name_of(subject),
        "masked": mask_phone_number(value) if is_phone else mask_id_number(value),
        "slot": f"reveal-{subject.uuid}-{field}",
        "rules": rules_for(PrivacyRules, at=now()),
        "here": request.path,
    }


def _name_of(subject: Any) -> str:
    person = subject.user if isinstance(subject, Enrolment) else subject
    return str(person.name if isinstance(person, User) else person.holder_name)


def _answer(request: HttpRequest, part: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    page = "part" if request.htmx else "page"  # type: ignore[attr-defined]
    return render(request, f"cms/staff/reveal_{page}.html", context | {"part": part}, status=status)


def _shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Into the place of the masked number; without scripts a page that leaves by itself."""
    response = _answer(request, "shown", context)
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Retarget"] = f"#{context['slot']}"
        response["HX-Reswap"] = "innerHTML"
    else:
        response["Refresh"] = f"{context['rules'].reveal_shown_s}; url={context['here']}"
    return response
