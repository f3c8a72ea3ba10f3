"""One step for many enrolments: all or none, and who stands in the way is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning import services
from learning.errors import CannotChangeClass, NotTogether
from learning.models import Admission, Enrolment
from tenants.audit.models import Entry
from tenants.errors import Gone
from tests.support import people
from tests.support.pages import open_class
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 8, 2, tzinfo=UTC)
NAMES = "甲乙丙丁"


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield lingzhu


def asking(place: Any, count: int) -> list[Any]:
    """So many who await confirmation, each of a year of its own (one plan a year)."""
    return [
        make_study(place, user=people.make_user(f"学员{NAMES[number]}"), admitted=False, year=2026 - number).enrolment
        for number in range(count)
    ]


def two(place: Any) -> list[Any]:
    """Two who study, of one year and different positions, without a class."""
    found = []
    for number in (1, 2):
        position, user = make_position(f"10{number}", f"岗位{number}"), people.make_user(f"学员{NAMES[number]}")
        found.append(make_study(place, user=user, position=position).enrolment)
    return found


def in_the_way(verb: Any, *args: Any, **named: Any) -> list[str]:
    with pytest.raises(NotTogether) as error:
        verb(*args, **named)
    return [f"{name}:{code}" for (name, _sentence), code in zip(error.value.people, error.value.codes)]


def states(rows: list[Any]) -> set[str]:
    return set(Enrolment.objects.filter(pk__in=[row.pk for row in rows]).values_list("admission", flat=True))


def test_the_papers_of_many_are_seen_with_a_row_for_each(place: Any, clerk: Any) -> None:
    rows = asking(place, 3)
    assert services.admit_together(rows, by=clerk, at=AT) == 3
    assert states(rows) == {Admission.AWAITING_PAYMENT}
    assert {row.seen_by_id for row in Enrolment.objects.all()} == {clerk.pk}
    trail = Entry.objects.filter(action="enrolment.confirmed")
    assert {entry.subject_id for entry in trail} == {str(row.uuid) for row in rows}


def test_nobody_is_confirmed_where_somebody_stands_in_the_way(place: Any, clerk: Any) -> None:
    rows = asking(place, 3)
    services.admit(rows[0], by=clerk, at=AT)
    certificate = rows[1].post_certificate
    type(certificate).objects.filter(pk=certificate.pk).update(state="revoked")
    own = make_study(place, user=clerk, admitted=False, year=2019).enrolment
    found = in_the_way(services.admit_together, [*rows, own], by=clerk, at=AT)
    assert found == ["学员甲:state", "学员乙:not_valid", "何敏:own"]
    assert states([rows[1], rows[2], own]) == {Admission.AWAITING_CONFIRMATION}
    assert Entry.objects.filter(action="enrolment.confirmed").count() == 1


def test_ten_are_named_and_all_are_counted() -> None:
    error = NotTogether([(f"学员{number}", "state") for number in range(12)])
    assert (len(error.people), len(error.codes)) == (10, 12)
    assert error.message == "未作任何处理：有 12 人不符合条件。"
    assert "学员" not in str(error)


def test_the_reads_do_not_grow_with_the_people(place: Any, clerk: Any) -> None:
    counts = []
    for count in (1, 3):
        rows = asking(place, count)
        with CaptureQueriesContext(connection) as seen:
            services.admit_together(rows, by=clerk, at=AT)
        counts.append(sum(query["sql"].startswith("SELECT") for query in seen))
    assert counts[0] == counts[1]


def test_people_without_a_class_are_put_into_one(place: Any, clerk: Any) -> None:
    rows = two(place)
    target = open_class(place, "第 8 期", capacity=2)
    assert services.put_into_class(rows, target, by=clerk, at=AT) == 2
    assert services.put_into_class(rows, target, by=clerk, at=AT) == 0
    assert {row.training_class_id for row in Enrolment.objects.all()} == {target.pk}
    (entry,) = Entry.objects.filter(action="class.people_moved")
    assert entry.data == {"people": 2, "enrolments": [row.pk for row in rows]}


def test_a_class_takes_only_whom_it_is_for_and_in_its_time(place: Any, clerk: Any) -> None:
    row = make_study(place, user=people.make_user("学员一")).enrolment
    wrong = {
        "class_year": open_class(place, "别年", year=2025),
        "class_position": open_class(place, "别岗", position=make_position("106", "土建质量员")),
        "class_closed": open_class(place, "已关", closed_at=AT),
        "class_early": open_class(place, "未到", enrols_from=date(2026, 1, 9)),
        "class_late": open_class(place, "已过", enrols_until=date(2026, 1, 7)),
    }
    for code, target in wrong.items():
        assert in_the_way(services.put_into_class, [row], target, by=clerk, at=AT) == [f"学员一:{code}"]
    Enrolment.objects.filter(pk=row.pk).update(admission="withdrawn")
    good = open_class(place, "第 8 期")
    assert in_the_way(services.put_into_class, [row], good, by=clerk, at=AT) == ["学员一:withdrawn"]
    assert not Enrolment.objects.exclude(training_class=None).exists()


def test_a_class_without_places_for_all_takes_nobody(place: Any, clerk: Any) -> None:
    rows = two(place)
    with pytest.raises(CannotChangeClass) as error:
        services.put_into_class(rows, open_class(place, "第 8 期", capacity=1), by=clerk, at=AT)
    assert error.value.code == "class.full"
    assert not Enrolment.objects.exclude(training_class=None).exists()


def test_another_institutions_class_takes_nobody_of_here(place: Any, clerk: Any, jiangxin: Any, in_tenant: Any) -> None:
    row = make_study(place, user=people.make_user("学员一")).enrolment
    with in_tenant(jiangxin):
        theirs = open_class(jiangxin, "别家")
    with in_tenant(place), pytest.raises(Gone):
        services.put_into_class([row], theirs, by=clerk, at=AT)
