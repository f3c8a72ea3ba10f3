"""Fees, payment, withdrawal and transfer of an enrolment: pure functions on plain values.

Each returns a key of `ENROLMENT_REFUSALS`, empty where nothing stands in the way. Money in yuan.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Standing:
    """How far an enrolment has come. `begun`: some time was credited; `attempted`: took an exam, passed or not."""

    admitted: bool = False
    paid_on: date | None = None
    begun: bool = False
    attempted: bool = False
    passed: bool = False
    recorded: bool = False  # the register of the province counts its hours


def refusal_of_fees(*, training_fee: Decimal, textbook_fee: Decimal, notice: str, free: bool = False) -> str:
    """Codes: `bad_fee`, `no_fee` (no notice in force names a fee), `not_free` (`free`: said to cost nothing, but the
    notice in force names a fee)."""
    if training_fee < 0 or textbook_fee < 0:
        return "bad_fee"
    if free:
        return "not_free" if notice or training_fee or textbook_fee else ""
    return "" if notice and training_fee > 0 else "no_fee"


def refusal_of_payment(*, amount: Decimal, fees: Decimal, paid_on: date, on: date, way_known: bool) -> str:
    """Codes: `amount` (the whole sum is paid, no more and no less), `paid_day`, `paid_way`."""
    if amount != fees:
        return "amount"
    if paid_on > on:
        return "paid_day"
    return "" if way_known else "paid_way"


def refusal_of_correction(*, paid: bool, reason: str, paid_on: date, on: date, way_known: bool, differs: bool) -> str:
    """Codes: `not_paid`, `payment_reason`, `paid_day`, `paid_way`, `payment_same` (nothing differs)."""
    if not paid:
        return "not_paid"
    if not reason:
        return "payment_reason"
    if paid_on > on:
        return "paid_day"
    if not way_known:
        return "paid_way"
    return "" if differs else "payment_same"


def refusal_of_taking_back(standing: Standing, *, reason: str, sat: bool, complete: bool) -> str:
    """Whether a payment may be un-noted. Codes: `not_paid`, `payment_reason`, `paid_studied` (a sitting was opened,
    time credited, hours complete, or an exam taken: what the payment opened has been used)."""
    if standing.paid_on is None or not standing.admitted:
        return "not_paid"
    if sat or complete or standing.begun or standing.attempted or standing.passed or standing.recorded:
        return "paid_studied"
    return "" if reason else "payment_reason"


def owes_refund(standing: Standing, *, on: date, refund_days: int) -> bool:
    """Fees were paid at most `refund_days` ago, and nothing was studied and no exam taken since."""
    if standing.paid_on is None or standing.begun or standing.attempted:
        return False
    return on <= standing.paid_on + timedelta(days=refund_days)


def refusal_of_withdrawal(
    standing: Standing, *, reason: str, refund_note: str, on: date, refund_days: int, refused: bool = False
) -> str:
    """Codes: `withdraw_passed`, `withdraw_recorded`, `withdraw_reason`, `no_refund`, `refund_note`, `refuse_reason`.

    `refused`: the institution does not take what a trainee applied for.
    """
    if refused and not reason:
        return "refuse_reason"
    if standing.passed:
        return "withdraw_passed"
    if standing.recorded:
        return "withdraw_recorded"
    if standing.begun or standing.attempted:
        if not reason:
            return "withdraw_reason"
        return "no_refund" if refund_note else ""
    return "refund_note" if owes_refund(standing, on=on, refund_days=refund_days) and not refund_note else ""


def refusal_of_transfer(standing: Standing, *, same_institution: bool) -> str:
    """Codes: `transfer_same`, `transfer_exam`, `transfer_hours`."""
    if same_institution:
        return "transfer_same"
    if standing.attempted or standing.passed:
        return "transfer_exam"
    return "transfer_hours" if standing.begun or standing.recorded else ""
