"""A fee that was paid to the institution; and what was noted wrongly about it."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from learning.admission_rules import refusal_of_correction, refusal_of_payment, refusal_of_taking_back
from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, PaymentWay, StudySession
from learning.services.admission import in_state, refuse_own, refuse_revoked
from learning.services.leaving import standing_of
from learning.services.locks import lock_person
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.masking import redacted


@transaction.atomic
def mark_paid(
    enrolment: Enrolment,
    *,
    amount: Decimal | None = None,
    on: date | None = None,
    way: str = "",
    receipt_number: str = "",
    by: User,
    at: datetime,
) -> Enrolment:
    """The fees were paid: the trainee may study.

    `amount` in yuan is the sum due unless told, `on` the day of the receipt (today), `way` one of `PaymentWay` or
    empty. Raises `CannotEnrol` with `state`, `own`, `not_valid`, `amount`, `paid_day` or `paid_way`.
    """
    found = in_state(enrolment, Admission.AWAITING_PAYMENT)
    refuse_own(found, by)
    refuse_revoked(found)
    fees, today = found.training_fee + found.textbook_fee, localdate(at)
    found.paid_amount = fees if amount is None else amount
    found.paid_on = on or today
    known = not way or way in PaymentWay.values
    refusal = refusal_of_payment(amount=found.paid_amount, fees=fees, paid_on=found.paid_on, on=today, way_known=known)
    if refusal:
        raise CannotEnrol(refusal)
    write_paid(found, way=way, receipt_number=receipt_number, by=by, at=at)
    return found


def write_paid(found: Enrolment, *, way: str, receipt_number: str, by: User, at: datetime) -> None:
    """What `mark_paid` writes beside sum and day, in the transaction of a caller who holds the row and has asked the
    rules."""
    found.paid_way, found.receipt_number = way, receipt_number.strip()[:40]
    found.admission = Admission.ADMITTED
    found.paid_at = found.admitted_at = at
    found.save(
        update_fields=[
            "admission", "paid_at", "admitted_at", "paid_amount", "paid_on", "paid_way", "receipt_number",
        ]
    )  # fmt: skip
    record("enrolment.paid", actor=by, subject=found, institution=found.institution, at=at, way=way)


@transaction.atomic
def correct_payment(
    enrolment: Enrolment, *, on: date, way: str, receipt_number: str, reason: str, by: User, at: datetime
) -> Enrolment:
    """Day, way and receipt as they should have been written; the sum is what it was, and so is the admission.

    At any time, withdrawn enrolments included: the books are to be right. The audit row keeps what stood there before.
    Raises `CannotEnrol` with `not_paid`, `own`, `payment_reason`, `paid_day`, `paid_way` or `payment_same`.
    """
    found = in_state(enrolment, *Admission)
    refuse_own(found, by)
    reason, number = " ".join(reason.split()), receipt_number.strip()[:40]
    after: dict[str, date | str] = {"paid_on": on, "paid_way": way, "receipt_number": number}
    before = {name: getattr(found, name) for name in after}
    refusal = refusal_of_correction(
        paid=found.paid_at is not None, reason=reason, paid_on=on, on=localdate(at),
        way_known=not way or way in PaymentWay.values, differs=before != after,
    )  # fmt: skip
    if refusal:
        raise CannotEnrol(refusal)
    for name, value in after.items():
        setattr(found, name, value)
    found.save(update_fields=list(after))
    changed = {name: [_said(before[name]), _said(after[name])] for name in after if before[name] != after[name]}
    record(
        "enrolment.payment_corrected", actor=by, subject=found, institution=found.institution, at=at,
        reason=redacted(reason)[:200], changed=changed,
    )  # fmt: skip
    return found


@transaction.atomic
def take_back_payment(enrolment: Enrolment, *, reason: str, by: User, at: datetime) -> Enrolment:
    """It was not paid after all: the enrolment awaits its payment again, as long as nothing was made of it.

    The audit row keeps what stood there. Raises `CannotEnrol` with `state`, `not_paid`, `own`, `payment_reason` or
    `paid_studied`.
    """
    found = in_state(enrolment, Admission.ADMITTED)
    refuse_own(found, by)
    lock_person(enrolment.user)  # after the enrolment, as where one is withdrawn: nobody opens a sitting meanwhile
    reason, sat = " ".join(reason.split()), StudySession.objects.filter(enrolment=found).exists()
    complete = found.hours_completed_at is not None
    if refusal := refusal_of_taking_back(standing_of(found), reason=reason, sat=sat, complete=complete):
        raise CannotEnrol(refusal)
    stood = {name: _said(getattr(found, name)) for name in ("paid_on", "paid_way", "receipt_number")}
    found.admission = Admission.AWAITING_PAYMENT
    found.paid_amount = found.paid_on = found.paid_at = found.admitted_at = None
    found.paid_way = found.receipt_number = ""
    found.save(
        update_fields=[
            "admission", "paid_at", "admitted_at", "paid_amount", "paid_on", "paid_way", "receipt_number",
        ]
    )  # fmt: skip
    record(
        "enrolment.payment_taken_back", actor=by, subject=found, institution=found.institution, at=at,
        reason=redacted(reason)[:200], stood=stood,
    )  # fmt: skip
    return found


def may_take_back(enrolment: Enrolment) -> bool:
    """Whether `take_back_payment` would need but a reason."""
    sat = StudySession.objects.filter(enrolment=enrolment).exists()
    complete = enrolment.hours_completed_at is not None
    return not refusal_of_taking_back(standing_of(enrolment), reason="-", sat=sat, complete=complete)


def _said(value: date | str | None) -> str:
    return redacted(str(value or ""))
