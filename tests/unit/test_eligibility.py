"""Who may be enrolled for what, day by day; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from learning.eligibility import (
    ClassFacts,
    age_on,
    refusal_of_age,
    refusal_of_class,
    refusal_of_institution,
    refusal_of_invoice,
)
from learning.errors import ENROLMENT_REFUSALS
from learning.rules import EligibilityRules

ON = date(2026, 5, 10)
OPEN = ClassFacts(
    institution_id=1, year=2026, position_codes=frozenset({"101", "102"}), enrols_from=date(2026, 5, 1),
    enrols_until=date(2026, 5, 31), capacity=2, taken=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1985, 5, 10), date(2026, 5, 9), 40),
        (date(1985, 5, 10), date(2026, 5, 10), 41),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
    ],
)
def test_a_year_is_full_on_the_birthday(born: date, on: date, age: int) -> None:
    assert age_on(born, on) == age


@pytest.mark.parametrize(
    ("born", "refusal"),
    [
        (date(2008, 5, 10), ""),
        (date(2008, 5, 11), "too_young"),
        (date(1965, 5, 11), ""),
        (date(1965, 5, 10), "too_old"),
        (None, ""),
    ],
)
def test_age_limits_hold_on_the_day(born: date | None, refusal: str) -> None:
    assert refusal_of_age(born=born, on=ON, rules=EligibilityRules(youngest_age=18, oldest_age=60)) == refusal


def test_without_limits_every_age_is_welcome() -> None:
    for born in (date(2020, 1, 1), date(1920, 1, 1)):
        assert refusal_of_age(born=born, on=ON, rules=EligibilityRules()) == ""


def test_an_institution_without_codes_trains_for_all_positions() -> None:
    assert refusal_of_institution([], "101") == ""
    assert refusal_of_institution(["101"], "101") == ""
    assert refusal_of_institution(["102"], "101") == "institution"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({}, ""),
        ({"institution_id": 2}, "class_elsewhere"),
        ({"position_codes": frozenset({"103"})}, "class_position"),
        ({"position_codes": frozenset()}, ""),
        ({"year": 2025}, "class_year"),
        ({"closed": True}, "class_closed"),
        ({"enrols_from": ON}, ""),
        ({"enrols_from": date(2026, 5, 11)}, "class_early"),
        ({"enrols_until": ON}, ""),
        ({"enrols_until": date(2026, 5, 9)}, "class_late"),
        ({"enrols_from": None, "enrols_until": None}, ""),
        ({"taken": 2}, "class_full"),
        ({"taken": 2, "capacity": 0}, ""),
    ],
)
def test_a_class_takes_whom_it_is_for(change: dict[str, Any], refusal: str) -> None:
    found = refusal_of_class(replace(OPEN, **change), institution_id=1, position_code="101", year=2026, on=ON)
    assert found == refusal
    assert not refusal or refusal in ENROLMENT_REFUSALS


@pytest.mark.parametrize(
    ("wanted", "title", "number", "refusal"),
    [
        (False, "", "", ""),
        (True, "", "", "invoice_title"),
        (True, "陈志强", "", ""),
        (True, "岭南建工", "91440101MA59ABCD1X", ""),
        (True, "岭南建工", "91440101", "invoice_tax_number"),
    ],
)
def test_an_invoice_needs_a_title(wanted: bool, title: str, number: str, refusal: str) -> None:
    assert refusal_of_invoice(wanted=wanted, title=title, tax_number=number) == refusal
