"""Rules are data with types: the one in force at a moment, and nothing that the code does not know."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest

from tenants.rulesets.services import BadRuleset, publish_ruleset, rules_for, typed

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    section: ClassVar[str] = "sample"
    hours: int = 32
    share: float = 0.5
    price: Decimal = Decimal("1.5")
    closes_on: date | None = None
    years: tuple[int, ...] = (2015, 2018)
    ends_on: date = date(2020, 12, 31)


def test_defaults_hold_where_no_ruleset_is_published(db) -> None:
    assert rules_for(Sample, at=AT) == Sample()


def test_the_set_in_force_is_the_latest_that_has_begun(db) -> None:
    for name, days, hours in (("old", -20, 30), ("now", -1, 40), ("next year", 30, 50)):
        publish_ruleset(
            name=name, values={"sample": {"hours": hours}}, in_force_from=AT + timedelta(days=days), by=None, at=AT
        )
    assert rules_for(Sample, at=AT).hours == 40
    assert rules_for(Sample, at=AT + timedelta(days=31)).hours == 50


def test_json_values_become_the_fields_types() -> None:
    rules = typed(Sample, {"ends_on": "2026-12-31", "years": [2019, 2020], "price": "2.25", "share": 1})
    assert rules.ends_on == date(2026, 12, 31)
    assert rules.years == (2019, 2020)
    assert rules.price == Decimal("2.25")
    assert rules.share == 1.0


@pytest.mark.parametrize(
    "values", [{"hours": "32"}, {"hours": True}, {"ends_on": "soon"}, {"unknown": 1}, {"price": "much"}]
)
def test_a_wrong_value_is_refused_by_name(values) -> None:
    with pytest.raises(BadRuleset) as error:
        typed(Sample, values)
    assert f"sample.{next(iter(values))}" in error.value.message


def test_publishing_a_name_again_changes_nothing(db) -> None:
    first = publish_ruleset(name="x", values={"sample": {"hours": 1}}, in_force_from=AT, by=None, at=AT)
    again = publish_ruleset(name="x", values={"sample": {"hours": 2}}, in_force_from=AT, by=None, at=AT)
    assert (again.pk, again.values) == (first.pk, {"sample": {"hours": 1}})
