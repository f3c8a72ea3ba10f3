"""What study does when something happens on the floor below."""

from datetime import datetime
from typing import Any

from learning.models import EndReason, Enrolment, StudySession
from learning.services import end_study_session, forget_own_claims
from learning.services.scans import erase_scans_of
from proctoring.models import CameraSession
from proctoring.signals import under_sessions
from tenants.accounts.models import SignedIn, User
from tenants.scopes import province_scope


def end_with_session(sender: Any, user: User, rows: list[SignedIn], by: Any, at: datetime, **_: Any) -> None:
    """A beat after signing out is refused, however the sign-in ended: the sitting under it is over."""
    with province_scope():
        cameras = CameraSession.objects.filter(under_sessions(user, rows))
        for session in StudySession.objects.filter(user=user, ended_at=None, camera_session__in=cameras):
            end_study_session(session, by=by, at=at, reason=EndReason.SIGNED_OUT)


def empty_enrolments(sender: Any, *, user: User, by: Any, at: datetime, **_: Any) -> None:
    """Of an anonymised person's enrolments stays what was studied and paid, not what was written on the application."""
    with province_scope():
        Enrolment.objects.filter(user=user).update(
            phone=None, invoice_title="", invoice_tax_number="", withdrawal_reason="", refund_note=""
        )
        forget_own_claims(user, at=at)
        erase_scans_of(user)
