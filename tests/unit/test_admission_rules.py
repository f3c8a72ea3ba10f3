"""Payment, withdrawal and transfer, day by day; no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from learning.admission_rules import (
    Standing,
    owes_refund,
    refusal_of_payment,
    refusal_of_transfer,
    refusal_of_withdrawal,
)
from learning.errors import ENROLMENT_REFUSALS

PAID_ON, LAST, LATER = date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 9)
PAID = {"admitted": True, "paid_on": PAID_ON}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, ""),
        ({"amount": Decimal("299.99")}, "amount"),
        ({"amount": Decimal("300.01")}, "amount"),
        ({"paid_on": LATER}, "paid_day"),
        ({"paid_on": PAID_ON}, ""),
        ({"way_known": False}, "paid_way"),
    ],
)
def test_the_whole_sum_is_paid_by_today(change: dict[str, Any], refusal: str) -> None:
    common = {"amount": Decimal("300.00"), "fees": Decimal(300), "paid_on": LAST, "on": LAST, "way_known": True}
    assert refusal_of_payment(**(common | change)) == refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "on", "owed"),
    [
        (PAID, LAST, True),
        (PAID, LATER, False),
        (PAID | {"begun": True}, PAID_ON, False),
        (PAID | {"attempted": True}, PAID_ON, False),
        ({"admitted": True}, PAID_ON, False),
    ],
)
def test_fees_are_paid_back_for_seven_days_to_who_has_not_begun(standing: dict[str, Any], on: date, owed: bool) -> None:
    assert owes_refund(Standing(**standing), on=on, refund_days=7) is owed


@pytest.mark.parametrize(
    ("standing", "reason", "note", "on", "refusal"),
    [
        ({}, "", "", LAST, ""),
        (PAID, "", "", LAST, "refund_note"),
        (PAID, "", "退 300 元", LAST, ""),
        (PAID, "", "", LATER, ""),
        (PAID | {"begun": True}, "", "", LAST, "withdraw_reason"),
        (PAID | {"begun": True}, "改换岗位", "", LAST, ""),
        (PAID | {"begun": True}, "改换岗位", "退 300 元", LAST, "no_refund"),
        (PAID | {"attempted": True}, "", "", LAST, "withdraw_reason"),
        (PAID | {"attempted": True, "passed": True}, "改换岗位", "", LAST, "withdraw_passed"),
        (PAID | {"begun": True, "recorded": True}, "改换岗位", "", LAST, "withdraw_recorded"),
    ],
)
def test_who_may_withdraw_with_what_words(
    standing: dict[str, Any], reason: str, note: str, on: date, refusal: str
) -> None:
    found = refusal_of_withdrawal(Standing(**standing), reason=reason, refund_note=note, on=on, refund_days=7)
    assert found == refusal
    assert not refusal or refusal in ENROLMENT_REFUSALS


@pytest.mark.parametrize(
    ("standing", "same", "refusal"),
    [
        (PAID, False, ""),
        (PAID, True, "transfer_same"),
        (PAID | {"attempted": True}, False, "transfer_exam"),
        (PAID | {"begun": True}, False, "transfer_hours"),
    ],
)
def test_only_who_has_not_begun_moves(standing: dict[str, Any], same: bool, refusal: str) -> None:
    assert refusal_of_transfer(Standing(**standing), same_institution=same) == refusal
