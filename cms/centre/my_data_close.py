"""注销账号: what follows, then the password and a code, then some days in which signing in takes it back."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cms.centre import my_data_proof as proof
from cms.centre.views import own_rows
from exams.models import Attempt
from learning.models import Admission, Enrolment, ExamState, HoursState
from learning.review.models import HoursReview, ReviewState
from tenants.accounts import closing, codes
from tenants.accounts.forms import CodeForm
from tenants.accounts.models import CodePurpose, User
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

UNDERSTOOD = "closing_understood"


class ConfirmForm(CodeForm, proof.PasswordForm):
    """Both proofs: a stolen phone alone or an open browser alone closes nothing."""

    field_order = ("password", "code")


def hindrances(user: User) -> list[tuple[str, str]]:
    """What must be over first, as (code, sentence). Read over the whole province: it is one account.

    An exam that runs would be lost with the session; a review that waits decides about hours with pictures that closing
    deletes. Both end by themselves, within hours and a few working days.
    """
    found = []
    with province_scope():
        if Attempt.objects.filter(user=user, submitted_at=None).exists():
            found.append(("exam", _("An exam of yours is running. Hand it in, or wait until its time is up.")))
        if HoursReview.objects.filter(enrolment__user=user, state=ReviewState.PENDING).exists():
            found.append((
                "review",
                _("Your hours are being reviewed. It takes a few working days; the decision needs the account."),
            ))  # fmt: skip
    if closing.works_somewhere(user):
        found.append(("works", str(closing.WorksHere.message)))
    return found


def losses(user: User) -> list[Enrolment]:
    """Enrolments that are not at their end, in the whole province: their hours come to nothing for a certificate."""
    with province_scope():
        own = Enrolment.objects.filter(user=user).exclude(admission=Admission.WITHDRAWN)
        done = {"hours_state": HoursState.APPROVED, "exam_state": ExamState.PASSED, "hours_recorded_at__isnull": False}
        return list(own.exclude(**done).select_related("position", "institution"))


def _shown_losses(request: TenantRequest) -> dict[str, Any]:
    """An institution's site names its own; of the others only how many there are."""
    found = losses(request.user)
    here = [e for e in found if request.tenant.is_association or e.institution_id == request.tenant.pk]
    return {"losses": here, "losses_elsewhere": len(found) - len(here)}


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: TenantRequest) -> HttpResponse:
    """First step: what closing means, and whether it is possible now."""
    at = now()
    against = hindrances(request.user)
    problem = ""
    if request.method == "POST" and not against:
        if request.POST.get("understood") != "yes":
            problem = _("Please tick the box first.")
        elif not (problem := _send_unless_sent(request, at=at)):
            request.session[UNDERSTOOD] = at.timestamp()
            return redirect("centre:data_close_confirm")
    rules = rules_for(RetentionRules, at=at)
    context = {
        "against": against,
        **_shown_losses(request),
        "problem": problem,
        "rules": rules,
        "closes_at": at + timedelta(days=rules.cooling_off_days),
    }
    refused = problem or (request.method == "POST" and against)
    return render(request, "cms/centre/my_data_close.html", context, status=400 if refused else 200)


def _send_unless_sent(request: TenantRequest, *, at: datetime) -> str:
    """Whoever comes back to this step within the minute uses the code that is on its way."""
    return "" if codes.wait_s(request.user, at=at) else proof.send(request, at=at)


@sensitive_post_parameters("password", "code")
@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: TenantRequest) -> HttpResponse:
    """Second step: password and code. Afterwards nobody is signed in any more."""
    at = now()
    if UNDERSTOOD not in request.session or hindrances(request.user):
        return redirect("centre:data_close")
    problem = proof.send(request, at=at) if "send" in request.POST else ""
    bound = request.POST if request.method == "POST" and "send" not in request.POST else None
    form = ConfirmForm(bound)
    if bound is not None and form.is_valid() and (asked := _ask(request, form, at=at)):
        logout(request)
        return render(request, "cms/centre/my_data_closing.html", {"closes_at": asked.due_at})
    context = {"form": form, "problem": problem, **proof.code_context(request, at=at)}
    return render(
        request, "cms/centre/my_data_close_confirm.html", context, status=400 if form.errors or problem else 200
    )


def _ask(request: TenantRequest, form: forms.Form, *, at: datetime) -> Any:
    data = form.cleaned_data
    if fault := proof.password_fault(request.user, data["password"], at=at):
        form.add_error("password", fault)
        return None
    try:
        codes.check_code(request.user, CodePurpose.DATA, data["code"], at=at)
    except DomainError as error:
        form.add_error("code", error.message)
        return None
    try:
        return closing.ask_closing(request.user, by=request.user, at=at)
    except DomainError as error:
        form.add_error(None, error.message)
        return None
