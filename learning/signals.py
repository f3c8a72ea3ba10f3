"""What study does when something happens on the floor below."""

from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now

from learning.models import EndReason, StudySession
from learning.services import end_study_session
from tenants.scopes import institution_scope


def end_on_sign_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """A beat after signing out is refused: the person's sitting at this institution ends."""
    tenant = getattr(request, "tenant", None)
    if user is None or not user.is_authenticated or tenant is None or tenant.is_association:
        return
    with institution_scope(tenant):
        for session in StudySession.objects.filter(user=user.pk, ended_at__isnull=True):
            end_study_session(session, by=user, at=now(), reason=EndReason.SIGNED_OUT)
