"""Out of an enrolment: withdrawn, or moved to another institution."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from learning.admission_rules import (
    Standing,
    owes_refund,
    refusal_of_fees,
    refusal_of_transfer,
    refusal_of_withdrawal,
)
from learning.errors import CannotEnrol
from learning.events import enrolment_withdrawn
from learning.models import Admission, CreditSpan, Enrolment, ExamState, Origin, StudySession, TrainingClass
from learning.rules import EligibilityRules
from learning.services.admission import Wanted, create_enrolment, in_state
from learning.services.locks import lock_person
from learning.services.study import end_study_session
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.models import Institution
from tenants.rulesets.services import rules_for
from tenants.scopes import institution_scope, province_scope

LIVE = (Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT, Admission.ADMITTED)


def standing_of(enrolment: Enrolment) -> Standing:
    """How far it has come, from its row and the time credited, cleared time included."""
    return Standing(
        admitted=enrolment.admission == Admission.ADMITTED,
        paid_on=enrolment.paid_on or (localdate(enrolment.paid_at) if enrolment.paid_at else None),
        begun=CreditSpan.objects.filter(enrolment=enrolment).exists(),
        attempted=enrolment.first_attempt_at is not None,
        passed=enrolment.exam_state == ExamState.PASSED,
        recorded=enrolment.hours_recorded_at is not None,
    )


def refund_is_due(enrolment: Enrolment, *, at: datetime) -> bool:
    """Whether who withdraws now has to be told of a refund."""
    days = rules_for(EligibilityRules, at=at).refund_days
    return owes_refund(standing_of(enrolment), on=localdate(at), refund_days=days)


@transaction.atomic
def withdraw(enrolment: Enrolment, *, reason: str = "", refund_note: str = "", by: User, at: datetime) -> Enrolment:
    """Take an enrolment back; the person may enrol again, here or elsewhere. A live sitting of it ends.

    Within the ruleset's refund days `refund_note` says what is paid back; who has begun gets nothing back, and needs a
    `reason`; so does whoever refuses what a trainee applied for. Raises `CannotEnrol`.
    """
    found = in_state(enrolment, *LIVE)
    lock_person(enrolment.user)  # after the enrolment, as where hours are cleared; nobody opens a sitting meanwhile
    reason, refund_note = " ".join(reason.split()), " ".join(refund_note.split())
    refusal = refusal_of_withdrawal(
        standing_of(found), reason=reason, refund_note=refund_note, on=localdate(at),
        refund_days=rules_for(EligibilityRules, at=at).refund_days,
        refused=found.origin == Origin.TRAINEE and by.pk != found.user_id and found.admission != Admission.ADMITTED,
    )  # fmt: skip
    if refusal:
        raise CannotEnrol(refusal)
    _leave(found, reason, refund_note, by=by, at=at)
    return found


def _leave(found: Enrolment, reason: str, refund_note: str, *, by: User, at: datetime) -> None:
    """Its live sitting ends, the row is withdrawn, the trail says so, and the floors above end what they have of it."""
    live = StudySession.objects.filter(enrolment=found, ended_at__isnull=True).select_related("institution")
    for session in live:
        end_study_session(session, by=by, at=at)
    found.admission, found.withdrawn_at, found.withdrawn_by = Admission.WITHDRAWN, at, by
    found.withdrawal_reason, found.refund_note = reason[:200], refund_note[:200]
    found.save(update_fields=["admission", "withdrawn_at", "withdrawn_by", "withdrawal_reason", "refund_note"])
    record("enrolment.withdrawn", actor=by, subject=found, institution=found.institution, at=at)
    enrolment_withdrawn.send(sender=Enrolment, enrolment=found, by=by, at=at)


def transfer(
    enrolment: Enrolment,
    to_institution: Institution,
    *,
    training_class: TrainingClass | None = None,
    training_fee: Decimal = Decimal(0),
    textbook_fee: Decimal = Decimal(0),
    fee_notice: str = "",
    reason: str = "",
    refund_note: str = "",
    by: User,
    at: datetime,
) -> Enrolment:
    """The association moves somebody who has not begun: the new enrolment awaits confirmation at `to_institution`.

    The old one is withdrawn and linked; what was paid there is the old institution's to pay back (`refund_note`, as in
    `withdraw`). Nobody is moved to where no notice names a fee (`no_fee`). Both rows or none; an audit row in the trail
    of each institution. Raises `CannotEnrol`, `NotLive`.
    """
    said = {
        "training_fee": training_fee, "textbook_fee": textbook_fee, "fee_notice": fee_notice[:200],
        "origin": Origin.TRANSFER, "phone": enrolment.phone, "transferred_from": enrolment,
    }  # fmt: skip
    try:
        with transaction.atomic():
            with province_scope():
                left = in_state(enrolment, *LIVE)
                lock_person(enrolment.user)
                same = left.institution_id == to_institution.pk
                if refusal := refusal_of_transfer(standing_of(left), same_institution=same):
                    raise CannotEnrol(refusal)
                withdraw(left, reason=reason, refund_note=refund_note, by=by, at=at)
                number = left.post_certificate.number
            with institution_scope(to_institution):
                wanted = Wanted(to_institution, left.user, number, left.year, training_class)
                moved = create_enrolment(wanted, said, at=at)
                if refusal := refusal_of_fees(training_fee=training_fee, textbook_fee=textbook_fee, notice=fee_notice):
                    raise CannotEnrol(refusal)
                record("enrolment.transferred", actor=by, subject=moved, institution=to_institution, at=at)
    except IntegrityError as error:
        raise CannotEnrol("exists") from error
    return moved
