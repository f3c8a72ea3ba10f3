"""One enrolment as the association sees it: how far it has come, and whether it may go to another institution."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.console import access
from cms.enrolment_words import dress, steps_of
from learning import services
from learning.admission_rules import refusal_of_transfer
from learning.errors import ENROLMENT_REFUSALS
from learning.models import Admission, Enrolment
from learning.queries import progress_of
from tenants.requests import TenantRequest

RELATED = (
    "user", "position", "training_class", "post_certificate", "plan", "seen_by", "institution",
    "transferred_from__institution",
)  # fmt: skip


def found(uuid: UUID) -> Enrolment:
    """The enrolment of any institution, or 404. Call it in the province's scope."""
    enrolment: Enrolment = get_object_or_404(Enrolment.objects.select_related(*RELATED), uuid=uuid)
    return enrolment


@access.console_view(*access.READERS_OF_CERTIFICATES)
def page(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Everybody who reads the register; a clerk finds the door to the transfer."""
    enrolment = found(uuid)
    dress(enrolment, progress_of(enrolment))
    own = enrolment.user_id == request.user.pk
    moved_on = Enrolment.objects.filter(transferred_from=enrolment).select_related("institution").first()
    context: dict[str, Any] = {
        "title": enrolment.user.name,
        "parent_title": enrolment.post_certificate.number,
        "parent_url": reverse("console:post_certificate", args=[enrolment.post_certificate.uuid]),
        "enrolment": enrolment,
        "steps": steps_of(enrolment),
        "facts": standing_lines(enrolment),
        "refusal": why_not(enrolment),
        "moved_on": moved_on,
        "own": own,
        "may_move": access.has_role(request.user, *access.CLERKS) and not own,
        "may_see_person": access.has_role(request.user, *access.READERS),
    }
    return render(request, "console/enrolment.html", context)


def why_not(enrolment: Enrolment) -> str:
    """Why it cannot go anywhere, in words; empty where a target may be chosen."""
    if enrolment.admission == Admission.WITHDRAWN:
        return _("The enrolment is withdrawn.")
    refusal = refusal_of_transfer(services.standing_of(enrolment), same_institution=False)
    return str(ENROLMENT_REFUSALS[refusal]) if refusal else ""


def standing_lines(enrolment: Enrolment) -> list[tuple[str, bool, str]]:
    """What decides about a transfer: the fact, whether it allows it, and its words."""
    standing, at = services.standing_of(enrolment), now()
    paid = _("paid on %(day)s") % {"day": f"{standing.paid_on:%Y-%m-%d}"} if standing.paid_on else _("not paid")
    if standing.paid_on and services.refund_is_due(enrolment, at=at):
        paid = _("%(paid)s; a refund is due until the days for it are over") % {"paid": paid}
    return [
        (_("Study"), not standing.begun, _("has begun") if standing.begun else _("has not begun")),
        (_("Exam"), not standing.attempted, _("has been taken") if standing.attempted else _("not taken yet")),
        (_("Hours"), not standing.recorded, _("recorded") if standing.recorded else _("not recorded")),
        (_("Fees due"), True, paid),
    ]
