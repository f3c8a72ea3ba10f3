"""Reminders to the people of a class: who would get which words, then send."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.desk import access
from cms.desk.views.class_page import class_of, standing_words
from learning import services
from tenants.errors import DomainError
from tenants.messages.services import count_held
from tenants.requests import TenantRequest
from tenants.rulesets.rules import MessageRules
from tenants.rulesets.services import rules_for


@access.desk_view(*access.CLERKS)
def remind(request: TenantRequest, uuid: str) -> HttpResponse:
    """A preview; a POST sends what is due then."""
    row, kind, at = class_of(uuid), request.GET.get("kind", "not_started"), now()
    if kind not in services.REMINDER_KINDS:
        raise Http404
    if request.method == "POST":
        try:
            sent = services.remind_class(row, kind, by=request.user, at=at)
            messages.success(request, _("%(n)s reminders are on their way.") % {"n": sent})
        except DomainError as error:
            messages.error(request, error.message)
        return redirect("desk:class", row.uuid)
    found = services.reminders_due(row, kind, at=at)
    users = [member.enrolment.user for member in found.due]
    context = {
        "title": _("Remind by SMS"),
        "parent_title": row.name,
        "parent_url": reverse("desk:class", args=[row.uuid]),
        "kinds": [(code, standing_words()[code]) for code in services.REMINDER_KINDS],
        "kind": kind,
        "found": found,
        "held": count_held(row.institution, users, at=at) if users else 0,
        "next_day_h": rules_for(MessageRules, at=at).next_day_h,
        "text": services.reminder_text(row, found.due[0], kind) if found.due else "",
    }
    return render(request, "desk/class_remind.html", context)
