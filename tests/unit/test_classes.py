"""Classes of an institution: opened, changed, closed, and people moved between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from learning import services
from learning.errors import CannotChangeClass
from learning.models import Enrolment, TrainingClass
from learning.services import ClassData
from tenants.audit.models import Entry
from tests.support import pages, people
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DATA = ClassData(
    name="2026 年第 1 期", number="2026-01", year=2026, starts_on=date(2026, 3, 2), ends_on=date(2026, 5, 31),
    position_codes=("101",), capacity=2, head_teacher="周老师",
)  # fmt: skip


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    lingzhu.position_codes = ["101", "102"]
    make_position()
    make_position("102", "装饰装修施工员")
    make_position("103", "设备安装施工员")
    with in_tenant(lingzhu):
        yield lingzhu


def made(place: Any, clerk: Any, **fields: Any) -> TrainingClass:
    return services.create_class(place, replace(DATA, **fields), by=clerk, at=AT)


def code_of(call: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(CannotChangeClass) as refused:
        call(*args, **named)
    return refused.value.code


def test_a_class_is_opened_with_its_positions_and_one_audit_row(place: Any, clerk: Any) -> None:
    row = made(place, clerk)
    assert (row.number, row.positions_said, row.head_teacher) == ("2026-01", "土建施工员", "周老师")
    assert Entry.objects.filter(action__startswith="class.").count() == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"number": "2026-02"}, "class.name_taken"),
        ({"name": "另一期"}, "class.number_taken"),
        ({"name": "另一期", "number": "", "ends_on": date(2026, 3, 1)}, "class.dates"),
        (
            {"name": "另一期", "number": "", "enrols_from": date(2026, 2, 2), "enrols_until": date(2026, 2, 1)},
            "class.dates",
        ),
        ({"name": "另一期", "number": "", "position_codes": ("103",)}, "class.positions"),
        ({"name": "另一期", "number": "", "position_codes": ("999",)}, "class.positions"),
    ],
)
def test_what_does_not_fit_is_refused(place: Any, clerk: Any, fields: Any, code: str) -> None:
    made(place, clerk)
    assert code_of(made, place, clerk, **fields) == code
    assert TrainingClass.objects.count() == 1


def test_a_change_goes_on_fitting_the_people_inside(place: Any, clerk: Any) -> None:
    row = made(place, clerk)
    for _ in range(2):
        services.move_people([make_study(place).enrolment], row, by=clerk, at=AT)
    refused = [{"capacity": 1}, {"year": 2025}, {"position_codes": ("102",)}]
    codes = [code_of(services.change_class, row, replace(DATA, **fields), by=clerk, at=AT) for fields in refused]
    assert codes == ["class.capacity", "class.people", "class.people"]
    changed = services.change_class(row, replace(DATA, name="改名班", capacity=0), by=clerk, at=AT)
    assert (changed.name, changed.capacity) == ("改名班", 0)


def test_a_class_is_closed_and_opened_again_once_each(place: Any, clerk: Any) -> None:
    row = made(place, clerk)
    assert code_of(services.reopen_class, row, by=clerk, at=AT) == "class.state"
    assert services.close_class(row, by=clerk, at=AT).closed_at == AT
    assert code_of(services.close_class, row, by=clerk, at=AT) == "class.state"
    assert services.reopen_class(row, by=clerk, at=AT).closed_at is None


def test_people_move_all_or_none(place: Any, clerk: Any) -> None:
    row = made(place, clerk)
    three = [make_study(place).enrolment for _ in range(3)]
    assert code_of(services.move_people, three, row, by=clerk, at=AT) == "class.full"
    assert not Enrolment.objects.filter(training_class=row).exists()
    assert services.move_people(three[:2], row, by=clerk, at=AT) == 2
    assert services.move_people(three[:2], row, by=clerk, at=AT) == 0
    entries = Entry.objects.filter(action="class.people_moved")
    assert [entry.data["people"] for entry in entries] == [2]


def test_only_people_whom_the_class_is_for_are_moved(place: Any, clerk: Any) -> None:
    row, other = made(place, clerk), make_study(place, position=make_position("102", "装饰装修施工员")).enrolment
    late, gone = make_study(place, year=2025).enrolment, make_study(place, admitted=False).enrolment
    services.withdraw(gone, by=clerk, at=AT)
    found = [code_of(services.move_people, [one], row, by=clerk, at=AT) for one in (other, late, gone)]
    assert found == ["class.not_for_them", "class.not_for_them", "class.withdrawn"]
    assert code_of(services.move_people, [], row, by=clerk, at=AT) == "class.nobody"
    services.close_class(row, by=clerk, at=AT)
    row.refresh_from_db()
    assert code_of(services.move_people, [make_study(place).enrolment], row, by=clerk, at=AT) == "class.closed"


def test_nobody_is_moved_into_a_class_of_another_institution(
    place: Any, jiangxin: Any, in_tenant: Any, clerk: Any
) -> None:
    mine = make_study(place).enrolment
    with in_tenant(jiangxin):
        theirs = pages.open_class(jiangxin, "匠心班")
        assert code_of(services.move_people, [mine], theirs, by=clerk, at=AT) == "class.other_institution"
