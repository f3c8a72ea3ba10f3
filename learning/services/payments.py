"""Fees that were paid to the institution, one enrolment or many at once."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from learning.admission_rules import refusal_of_payment
from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, PaymentWay
from learning.services.admission import in_state, refuse_revoked
from tenants.accounts.models import User
from tenants.audit.services import record


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
    empty. Raises `CannotEnrol` with `state`, `not_valid`, `amount`, `paid_day` or `paid_way`.
    """
    found = in_state(enrolment, Admission.AWAITING_PAYMENT)
    refuse_revoked(found)
    fees, today = found.training_fee + found.textbook_fee, localdate(at)
    found.paid_amount = fees if amount is None else amount
    found.paid_on = on or today
    known = not way or way in PaymentWay.values
    refusal = refusal_of_payment(amount=found.paid_amount, fees=fees, paid_on=found.paid_on, on=today, way_known=known)
    if refusal:
        raise CannotEnrol(refusal)
    found.paid_way, found.receipt_number = way, receipt_number.strip()[:40]
    found.admission = Admission.ADMITTED
    found.paid_at = found.admitted_at = at
    found.save(
        update_fields=[
            "admission", "paid_at", "admitted_at", "paid_amount", "paid_on", "paid_way", "receipt_number",
        ]
    )  # fmt: skip
    record("enrolment.paid", actor=by, subject=found, institution=found.institution, at=at, way=way)
    return found


@transaction.atomic
def mark_paid_together(
    enrolments: Iterable[Enrolment], *, on: date | None = None, way: str = "", by: User, at: datetime
) -> int:
    """Each has paid the sum due, as where an employer pays for many; how many. All or none: raises as `mark_paid`."""
    ordered = sorted(enrolments, key=lambda enrolment: enrolment.pk)  # one order of locks for everybody
    for enrolment in ordered:
        mark_paid(enrolment, on=on, way=way, by=by, at=at)
    return len(ordered)
