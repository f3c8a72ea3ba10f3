"""Back to the initial password for somebody who has never signed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.desk import access
from cms.desk.forms import ResetForm
from learning.models import Enrolment
from tenants.accounts.reset import reset_to_initial
from tenants.errors import DomainError
from tenants.requests import TenantRequest
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


@access.desk_view(*access.CLERKS)
def reset(request: TenantRequest, uuid: str) -> HttpResponse:
    """The page looks the same for every account, and a refusal is one sentence for all of its reasons."""
    enrolment: Enrolment = get_object_or_404(Enrolment.objects.select_related("user", "position"), uuid=uuid)
    form, status = ResetForm(request.POST or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                reset_to_initial(
                    enrolment.user, reason=form.cleaned_data["reason"], by=request.user,
                    institution=request.tenant, at=now(),
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, error.message)
                status = error.status
            else:
                words = _("%(name)s: the initial password is set again, and an SMS tells the person so.")
                messages.success(request, words % {"name": enrolment.user.name})
                return redirect("desk:enrolments")
    context = {
        "title": _("Initial password"),
        "parent_title": _("Enrolments"),
        "parent_url": reverse("desk:enrolments"),
        "enrolment": enrolment,
        "form": form,
        "initial_password": rules_for(PeopleRules, at=now()).initial_password,
    }
    return render(request, "desk/reset.html", context, status=status)
