"""Enrolment by the trainee: they apply and may take it back; the institution confirms or refuses."""

from datetime import datetime
from typing import Any

from django.db import transaction

from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, Origin
from learning.services.admission import enrol, in_state
from learning.services.leaving import withdraw
from learning.services.scans import attach_scans
from tenants.accounts.models import User
from tenants.audit.services import record

CONSENT = "enrolment-1"  # edition of the sentence about passing data to the institution


@transaction.atomic
def apply_for_enrolment(*, agreed: bool, by: User, at: datetime, **wanted: Any) -> Enrolment:
    """Enrol oneself (`wanted` as in `enrol`): awaits the institution's confirmation, with the waiting scans.

    Nobody applies without a published fee, nor without agreeing that the data pass to the institution. Raises
    `CannotEnrol`, `NotLive`, `BadPhone`.
    """
    if not agreed:
        raise CannotEnrol("no_consent")
    enrolment = enrol(user=by, origin=Origin.TRAINEE, by=by, at=at, **wanted)
    scans = attach_scans(enrolment)
    record(
        "enrolment.applied", actor=by, subject=enrolment, institution=enrolment.institution, at=at,
        consent=CONSENT, scans=scans,
    )  # fmt: skip
    return enrolment


@transaction.atomic
def take_back(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """The trainee withdraws what they applied for, as long as they are not admitted. Raises `CannotEnrol`."""
    found = in_state(enrolment, Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT)
    if found.user_id != by.pk or found.origin != Origin.TRAINEE:
        raise CannotEnrol("not_own")
    return withdraw(found, by=by, at=at)
