"""What may be entered into the register and what may still be changed: the comparison that sheets and clerks share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from learning.register_rules import (
    Enrolled,
    Registered,
    RegisterFacts,
    changed_fields,
    refusal_of_restoring,
    refusal_of_revocation,
    register_change,
)
from learning.rules import EligibilityRules

RULES, TODAY = EligibilityRules(), date(2020, 3, 2)
FACTS = RegisterFacts("粤建岗000001", "a" * 64, "陈志强", "101", date(2017, 5, 4))
FREE, HELD = Registered(FACTS), Registered(FACTS, enrolled=(Enrolled("a" * 64, "陈志强"),))


def told(existing: Registered | None, wanted: RegisterFacts, *, by_hand: bool = True) -> str:
    return register_change(existing, wanted, on=TODAY, rules=RULES, by_hand=by_hand)


def test_a_row_that_nobody_has_is_new_and_the_same_row_again_changes_nothing() -> None:
    assert (told(None, FACTS), told(FREE, FACTS), told(replace(HELD, state="revoked"), FACTS)) == (
        "new", "unchanged", "unchanged",
    )  # fmt: skip


def test_a_day_of_issue_after_today_is_refused_for_new_and_known_rows() -> None:
    late = replace(FACTS, issued_on=date(2020, 3, 3))
    assert (told(None, late), told(FREE, late)) == ("future", "future")


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "粤建岗000002"), ("holder", "b" * 64), ("name", "陈自强"), ("position", "102"),
     ("issued_on", date(2012, 1, 1))],
)  # fmt: skip
def test_nobody_is_enrolled_everything_can_be_corrected(field: str, value: object) -> None:
    wanted = replace(FACTS, **{field: value})  # type: ignore[arg-type]
    assert told(FREE, wanted) == "changed"
    assert changed_fields(FACTS, wanted) == (field,)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("number", "粤建岗000002", "changed"), ("holder", "b" * 64, "holder_in_use"), ("name", "陈自强", "name_in_use"),
     ("position", "102", "position_in_use"), ("issued_on", date(2016, 1, 1), "changed"),
     ("issued_on", date(2012, 1, 1), "issued_in_use")],
)  # fmt: skip
def test_what_would_take_the_ground_from_an_enrolment_is_refused(field: str, value: object, code: str) -> None:
    assert told(HELD, replace(FACTS, **{field: value})) == code  # type: ignore[arg-type]


def test_the_register_follows_an_account_that_was_corrected() -> None:
    corrected = replace(HELD, enrolled=(Enrolled("b" * 64, "陈自强"),))
    assert told(corrected, replace(FACTS, holder="b" * 64, name="陈自强")) == "changed"
    assert told(corrected, replace(FACTS, holder="c" * 64, name="陈自强")) == "holder_in_use"


def test_a_sheet_never_gives_a_number_to_another_holder() -> None:
    wanted = replace(FACTS, holder="b" * 64)
    assert (told(FREE, wanted, by_hand=False), told(FREE, wanted)) == ("holder", "changed")


@pytest.mark.parametrize("state", ["superseded", "revoked"])
def test_what_is_not_valid_is_not_corrected(state: str) -> None:
    assert told(replace(FREE, state=state), replace(FACTS, name="陈自强")) == state
    assert refusal_of_revocation(state) == state


def test_only_what_is_revoked_is_given_back() -> None:
    told = [refusal_of_restoring(state) for state in ("valid", "superseded", "revoked")]
    assert (told, refusal_of_revocation("valid")) == (["not_revoked", "not_revoked", ""], "")
