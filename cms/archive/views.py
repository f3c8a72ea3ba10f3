"""The archive on the screen, and the button that has it made into a file; desk and console give it their doors."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.archive.gather import RELATED, archive_of
from cms.archive.parts import Archive
from cms.archive.services import ask_archive, note_read
from cms.exporting.forms import FullForm
from cms.exporting.views import space_of
from cms.tasks import send
from learning.models import Enrolment
from tenants.accounts.reveal import MayNotReveal, may_reveal
from tenants.errors import DomainError
from tenants.exports.rules import ExportRules
from tenants.requests import TenantRequest
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role
from tenants.rulesets.rules import PrivacyRules
from tenants.rulesets.services import rules_for

# Whom proctoring shows a picture (proctoring.views.evidence); the others read that there is one.
LOOKERS = (Role.SUPERADMIN, Role.HOURS_REVIEWER, Role.AUDITOR, Role.MANAGER, Role.REGISTRAR)


def page(request: TenantRequest, uuid: UUID, parent: tuple[str, str] | None = None) -> HttpResponse:
    """Everything about one enrolment; POST has the ZIP made. Never one's own: that is in the personal centre."""
    rows = Enrolment.objects.exclude(user=request.user).select_related(*RELATED)
    enrolment: Enrolment = get_object_or_404(rows, uuid=uuid)
    form = FullForm(request.POST if request.method == "POST" else None)
    status, at = 200, now()
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                job = ask_archive(
                    enrolment, full=form.cleaned_data["full"], reason=form.cleaned_data["reason"], by=request.user,
                    institution=request.tenant, at=at,
                )  # fmt: skip
            except DomainError as error:
                form.add_error("full" if isinstance(error, MayNotReveal) else "reason", error.message)
                status = error.status
            else:
                send(job)
                return redirect(f"{space_of(request)}:export_job", job.uuid)
    else:
        note_read(enrolment, by=request.user, at=at)
    archive = archive_of(enrolment, for_association=request.tenant.is_association, at=at)
    return render(request, "cms/archive/page.html", _context(request, archive, form, parent), status=status)


def _context(
    request: TenantRequest, archive: Archive, form: FullForm, parent: tuple[str, str] | None
) -> dict[str, Any]:  # fmt: skip
    enrolment, at = archive.enrolment, now()
    title, url = parent or (_("Enrolment"), reverse("desk:enrolment", args=[enrolment.uuid]))
    return {
        "title": _("Archive: %(name)s") % {"name": enrolment.user.name},
        "parent_title": title,
        "parent_url": url,
        "archive": archive,
        "enrolment": enrolment,
        "form": form,
        "may_look": has_role(request.user, *LOOKERS),
        "may_full": may_reveal(request.user, request.tenant) and not archive.hides,
        "least": rules_for(PrivacyRules, at=at).reveal_reason_min,
        "kept_days": rules_for(ExportRules, at=at).kept_days,
    }
