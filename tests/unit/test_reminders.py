"""Reminders to a class: who is due for which words, and how often."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from learning import services
from learning.errors import CannotChangeClass
from learning.models import Enrolment, LessonProgress, TrainingClass
from tenants.messages.models import Sms
from tenants.models import Institution
from tests.support import people
from tests.support.study import make_study

AT = datetime(2026, 4, 15, 2, tzinfo=UTC)  # half of the class's days are over


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    Institution.objects.filter(pk=lingzhu.pk).update(phone="0755-12345678")
    lingzhu.refresh_from_db()
    with in_tenant(lingzhu):
        yield lingzhu


def a_class(place: Any) -> TrainingClass:
    return TrainingClass.objects.create(
        institution=place, name="第一期", year=2026, starts_on=date(2026, 3, 1), ends_on=date(2026, 5, 31)
    )


def member(place: Any, row: TrainingClass, *, credited_ms: int = 0, **fields: Any) -> Any:
    """Somebody of the class whose first lesson of two is credited so far."""
    study = make_study(place)
    Enrolment.objects.filter(pk=study.enrolment.pk).update(training_class=row, **fields)
    if credited_ms:
        LessonProgress.objects.create(
            institution=place, enrolment=study.enrolment, lesson=study.lessons[0], media=study.lessons[0].media,
            duration_ms=study.lessons[0].media.duration_ms, credited_ms=credited_ms,
        )  # fmt: skip
    return study


def due(row: TrainingClass, kind: str, at: datetime = AT) -> list[Any]:
    return [one.enrolment.user for one in services.reminders_due(row, kind, at=at).due]


@pytest.mark.django_db
def test_each_standing_gets_its_own_words_and_nobody_else_any(place: Any, clerk: Any) -> None:
    row = a_class(place)
    idle = member(place, row).user
    late = member(place, row, credited_ms=8_000).user
    in_time = member(place, row, credited_ms=39_999, hours_state="in_review").user
    waiting = member(place, row, hours_state="approved", exam_state="open").user
    passed = member(place, row, hours_state="approved", exam_state="passed").user
    assert (due(row, "not_started"), due(row, "behind"), due(row, "exam_open")) == ([idle], [late], [waiting])
    for kind, template in (("behind", "remind_behind"), ("exam_open", "remind_exam")):
        assert services.remind_class(row, kind, by=clerk, at=AT) == 1
        assert Sms.objects.get(template=template).user in (late, waiting)
    assert not Sms.objects.filter(user__in=[in_time, passed]).exists()


@pytest.mark.django_db
def test_the_same_reminder_waits_three_days(place: Any, clerk: Any) -> None:
    row = a_class(place)
    idle = member(place, row).user
    services.remind_class(row, "not_started", by=clerk, at=AT)
    soon, later = AT + timedelta(days=3, seconds=-1), AT + timedelta(days=3, seconds=1)
    assert (due(row, "not_started", soon), due(row, "not_started", later)) == ([], [idle])
    with pytest.raises(CannotChangeClass) as refused:
        services.remind_class(row, "not_started", by=clerk, at=soon)
    assert refused.value.code == "class.nobody_to_remind"


@pytest.mark.django_db
def test_without_the_institutions_telephone_nothing_is_sent(place: Any, clerk: Any) -> None:
    row = a_class(place)
    member(place, row)
    Institution.objects.filter(pk=place.pk).update(phone="")
    with pytest.raises(CannotChangeClass) as refused:
        services.remind_class(row, "not_started", by=clerk, at=AT)
    assert refused.value.code == "class.phone"
    assert not Sms.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_send_one_message(lingzhu: Any, in_tenant: Any) -> None:
    Institution.objects.filter(pk=lingzhu.pk).update(phone="0755-12345678")
    with in_tenant(lingzhu):
        row, clerks = a_class(lingzhu), [people.make_user("何敏"), people.make_user("谢敏仪")]
        member(lingzhu, row)
    told: list[str] = []

    def send(by: Any) -> None:
        from django.db import connection

        with in_tenant(lingzhu):
            try:
                services.remind_class(TrainingClass.objects.get(pk=row.pk), "not_started", by=by, at=AT)
                told.append("sent")
            except CannotChangeClass as error:
                told.append(error.code)
        connection.close()

    threads = [threading.Thread(target=send, args=(by,)) for by in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["class.nobody_to_remind", "sent"]
    assert Sms.objects.filter(template="remind_start").count() == 1
