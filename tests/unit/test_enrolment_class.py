"""What enrolling asks beside the certificate: age, class and its places, invoice; and what it writes down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from learning import services
from learning.errors import CannotEnrol
from learning.models import Enrolment, Origin, TrainingClass
from tenants.rulesets.services import publish_ruleset
from tests.support import people
from tests.support.study import make_position
from tests.unit.test_enrolment import AT, certificate, clerk, place, published_plan, trainee

pytestmark = pytest.mark.django_db
__all__ = ["clerk", "place", "trainee"]


@pytest.fixture
def ready(place: Any, trainee: Any, clerk: Any) -> dict[str, Any]:
    """What `enrol` takes for somebody whom nothing stands in the way of."""
    certificate(trainee, clerk)
    published_plan(clerk)
    return {
        "institution": place, "user": trainee, "certificate_number": "粤建岗0001", "year": 2020, "free": True,
        "by": clerk, "at": AT,
    }  # fmt: skip


def make_class(place: Any, **values: Any) -> TrainingClass:
    common = {"name": "一班", "year": 2020, "starts_on": date(2020, 5, 1), "ends_on": date(2020, 9, 1)}
    return TrainingClass.objects.create(institution=place, **(common | values))


def refusal(ready: dict[str, Any], **more: Any) -> str:
    with pytest.raises(CannotEnrol) as refused:
        services.enrol(**ready, **more)
    return refused.value.code


def test_the_enrolment_keeps_what_was_said_at_the_counter(ready: dict[str, Any]) -> None:
    enrolment = services.enrol(
        **(ready | {"free": False}), phone="138 0013 8000", origin=Origin.TRAINEE, training_fee=Decimal(280),
        fee_notice="收费公示（2020-01-02）",
        wants_invoice=True, invoice_title=" 岭南建工 ", invoice_tax_number="91440101 ma59abcd1x",
    )  # fmt: skip
    found = Enrolment.objects.get(pk=enrolment.pk)
    assert (found.phone, found.origin, found.fee_notice) == ("13800138000", "trainee", "收费公示（2020-01-02）")
    assert (found.invoice_title, found.invoice_tax_number) == ("岭南建工", "91440101MA59ABCD1X")
    assert found.user.phone != found.phone


def test_an_invoice_without_a_title_is_refused(ready: dict[str, Any]) -> None:
    assert refusal(ready, wants_invoice=True) == "enrolment.invoice_title"


def test_a_full_class_takes_nobody_until_somebody_withdraws(ready: dict[str, Any], clerk: Any) -> None:
    full = make_class(ready["institution"], capacity=1)
    other = people.make_user("林小梅")
    certificate(other, clerk, number="粤建岗0002")
    first = services.enrol(**(ready | {"user": other, "certificate_number": "粤建岗0002"}), training_class=full)
    assert refusal(ready, training_class=full) == "enrolment.class_full"
    services.withdraw(first, by=clerk, at=AT)
    assert services.enrol(**ready, training_class=full).training_class == full


def test_a_class_of_other_positions_years_or_days_is_refused(ready: dict[str, Any]) -> None:
    place = ready["institution"]
    other = make_class(place, name="质量员班")
    other.positions.set([make_position("106", "土建质量员")])
    assert refusal(ready, training_class=other) == "enrolment.class_position"
    assert refusal(ready, training_class=make_class(place, name="二班", year=2019)) == "enrolment.class_year"
    assert refusal(ready, training_class=make_class(place, name="三班", closed_at=AT)) == "enrolment.class_closed"
    late = make_class(place, name="四班", enrols_until=date(2020, 5, 31))
    assert refusal(ready, training_class=late) == "enrolment.class_late"


def test_a_class_of_another_institution_does_not_count_here(
    ready: dict[str, Any], jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(jiangxin):
        theirs = make_class(jiangxin)
    with in_tenant(ready["institution"]):
        assert refusal(ready, training_class=theirs) == "enrolment.class_elsewhere"


def test_age_limits_of_the_ruleset_hold(ready: dict[str, Any]) -> None:
    publish_ruleset(
        name="age", values={"eligibility": {"oldest_age": 34}}, in_force_from=AT, by=None, at=AT,
    )  # fmt: skip
    assert refusal(ready) == "enrolment.too_old"  # born on 12 March 1985


def test_two_clerks_at_once_do_not_share_the_last_place(committed: None, lingzhu: Any, in_tenant: Any) -> None:
    lingzhu.position_codes = []
    with in_tenant(lingzhu):
        clerk = people.make_user("何敏")
        published_plan(clerk)
        last = make_class(lingzhu, capacity=1)
        holders = [people.make_user(f"学员{number}") for number in "甲乙丙丁"]
        for number, holder in enumerate(holders):
            certificate(holder, clerk, number=f"粤建岗10{number}")

    def enrol(number: int) -> str:
        try:
            with in_tenant(lingzhu):
                services.enrol(
                    institution=lingzhu, user=holders[number], certificate_number=f"粤建岗10{number}", year=2020,
                    training_class=last, free=True, by=clerk, at=AT,
                )  # fmt: skip
                return ""
        except CannotEnrol as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(enrol, range(4)))
    assert answers == ["", *["enrolment.class_full"] * 3]
