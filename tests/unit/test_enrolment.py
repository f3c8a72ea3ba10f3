"""From the counter to the admitted trainee, and the plans that trainees study."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from learning import services
from learning.errors import CannotEnrol, CannotPublish
from learning.models import Admission, PostCertificate, PostCertificateState
from tests.support import people
from tests.support.study import make_lesson, make_position

pytestmark = pytest.mark.django_db
AT = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def trainee(db: None) -> Any:
    return people.make_user("陈志强")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    """The institution's counter, allowed to train for 土建施工员."""
    lingzhu.position_codes = ["101"]
    with in_tenant(lingzhu):
        yield lingzhu


def certificate(user: Any, clerk: Any, *, issued_on: date = date(2016, 7, 1), number: str = "粤建岗0001") -> Any:
    return services.register_post_certificate(
        number=number, id_number=user.id_number, name=user.name, position=make_position(), issued_on=issued_on,
        by=clerk, at=AT,
    )  # fmt: skip


def published_plan(clerk: Any) -> Any:
    plan = services.create_plan(
        make_position(), 2020, [(make_lesson(45 * 60_000), Decimal(1)) for _hour in range(32)], by=clerk, at=AT
    )
    return services.publish_plan(plan, by=clerk, at=AT)


def enrol(place: Any, trainee: Any, clerk: Any, *, at: datetime = AT, number: str = "粤建岗0001") -> Any:
    return services.enrol(
        institution=place, user=trainee, certificate_number=number, year=2020, training_fee=Decimal(280),
        textbook_fee=Decimal(20), fee_notice="收费公示 (2020-01-02)", by=clerk, at=at,
    )  # fmt: skip


def refusal(*args: Any, **named: Any) -> str:
    with pytest.raises(CannotEnrol) as refused:
        enrol(*args, **named)
    return refused.value.code


def test_a_holder_is_enrolled_confirmed_paid_and_admitted(place: Any, trainee: Any, clerk: Any) -> None:
    certificate(trainee, clerk)
    published_plan(clerk)
    enrolment = enrol(place, trainee, clerk)
    assert enrolment.admission == Admission.AWAITING_CONFIRMATION
    assert services.admit(enrolment, by=clerk, at=AT).admission == Admission.AWAITING_PAYMENT
    admitted = services.mark_paid(enrolment, by=clerk, at=AT)
    assert (admitted.admission, admitted.paid_at, admitted.admitted_at) == (Admission.ADMITTED, AT, AT)


def test_where_nothing_is_due_confirmation_admits(place: Any, trainee: Any, clerk: Any) -> None:
    certificate(trainee, clerk)
    published_plan(clerk)
    enrolment = services.enrol(
        institution=place, user=trainee, certificate_number="粤建岗0001", year=2020, free=True, by=clerk, at=AT
    )
    assert services.admit(enrolment, by=clerk, at=AT).admission == Admission.ADMITTED


def test_nobody_enrols_twice_but_after_withdrawing(place: Any, trainee: Any, clerk: Any) -> None:
    certificate(trainee, clerk)
    published_plan(clerk)
    first = enrol(place, trainee, clerk)
    assert refusal(place, trainee, clerk) == "enrolment.exists"
    services.withdraw(first, by=clerk, at=AT)
    assert enrol(place, trainee, clerk).pk != first.pk


def test_somebody_elses_certificate_looks_like_none(place: Any, trainee: Any, clerk: Any) -> None:
    certificate(people.make_user("别人"), clerk)
    published_plan(clerk)
    assert refusal(place, trainee, clerk) == "enrolment.unknown"
    assert refusal(place, trainee, clerk, number="没有这个编号") == "enrolment.unknown"


def test_certificates_of_other_years_void_ones_and_late_comers_are_refused(
    place: Any, trainee: Any, clerk: Any
) -> None:
    published_plan(clerk)
    certificate(trainee, clerk, issued_on=date(2019, 3, 1), number="粤建岗0002")
    assert refusal(place, trainee, clerk, number="粤建岗0002") == "enrolment.issue_year"
    found = certificate(trainee, clerk)
    assert refusal(place, trainee, clerk, at=datetime(2021, 1, 1, tzinfo=UTC)) == "enrolment.closed"
    services.revoke_post_certificate(found, reason="补录有误", by=clerk, at=AT)
    assert refusal(place, trainee, clerk) == "enrolment.not_valid"


def test_without_a_published_plan_or_for_another_position_there_is_no_enrolment(
    place: Any, trainee: Any, clerk: Any
) -> None:
    certificate(trainee, clerk)
    assert refusal(place, trainee, clerk) == "enrolment.no_plan"
    place.position_codes = ["102"]
    assert refusal(place, trainee, clerk) == "enrolment.institution"


def test_a_certificate_is_superseded_once(trainee: Any, clerk: Any) -> None:
    found = services.supersede_post_certificate(certificate(trainee, clerk), by=clerk, at=AT)
    assert (found.state, found.superseded_at) == (PostCertificateState.SUPERSEDED, AT)
    with pytest.raises(CannotEnrol):
        services.supersede_post_certificate(found, by=clerk, at=AT)


def test_the_holders_number_is_not_readable_in_the_database(trainee: Any, clerk: Any) -> None:
    from django.db import connection

    certificate(trainee, clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT holder_id_number, holder_id_index FROM learning_postcertificate")
        sealed, index = cursor.fetchone()
    assert trainee.id_number.encode() not in bytes(sealed)
    assert trainee.id_number not in index
    assert PostCertificate.objects.get().holder_id_number == trainee.id_number


@pytest.mark.parametrize(
    ("hours", "length_ms", "code"),
    [
        (Decimal("31.9"), 32 * 45 * 60_000, "plan.short"),
        (Decimal(32), 31 * 45 * 60_000, "plan.lesson_too_short"),
    ],
)
def test_a_plan_that_is_too_short_is_not_published(clerk: Any, hours: Decimal, length_ms: int, code: str) -> None:
    plan = services.create_plan(make_position(), 2020, [(make_lesson(length_ms), hours)], by=clerk, at=AT)
    with pytest.raises(CannotPublish) as refused:
        services.publish_plan(plan, by=clerk, at=AT)
    assert refused.value.code == code


def test_a_plan_without_video_is_not_published(clerk: Any) -> None:
    lesson = make_lesson(32 * 45 * 60_000)
    lesson.media = None
    lesson.save()
    plan = services.create_plan(make_position(), 2020, [(lesson, Decimal(32))], by=clerk, at=AT)
    with pytest.raises(CannotPublish) as refused:
        services.publish_plan(plan, by=clerk, at=AT)
    assert refused.value.code == "plan.no_media"
