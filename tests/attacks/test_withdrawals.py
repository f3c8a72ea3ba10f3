"""A withdrawal in the very moment of something else: no sitting, no paper and no review outlives it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django_tenants.utils import tenant_context

from config.processes import wait_until
from exams import looks
from exams import services as exams
from exams.errors import AlreadyLookedAt, Withdrawn
from exams.models import Attempt
from learning import services
from learning.errors import CannotEnrol, CannotStudy
from learning.models import StudySession
from learning.review import services as reviews
from learning.review.models import HoursReview
from learning.review.queries import decided_reviews, pending_reviews
from learning.services.locks import lock_person
from tenants.audit.models import Entry
from tenants.scopes import institution_scope, province_scope
from tests.support import exam, people
from tests.support.exam import STUDIED_AT, make_bank, make_ready
from tests.support.study import make_study

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = STUDIED_AT + timedelta(hours=2)


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.usefixtures("committed")
def test_who_opens_a_sitting_while_the_desk_withdraws_gets_none(lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        study, clerk = make_study(lingzhu), people.make_user("何敏")
        camera, told = study.open_camera(at=AT), []

    def open_it() -> None:
        try:
            with tenant_context(lingzhu), institution_scope(lingzhu):
                services.open_study_session(study.enrolment, camera, by=study.user, at=AT)
            told.append("open")
        except CannotStudy as error:
            told.append(error.code)
        finally:
            connection.close()

    opener = Thread(target=open_it)
    with in_tenant(lingzhu), transaction.atomic():
        lock_person(study.user)
        opener.start()  # it sees an admitted enrolment, and waits behind us
        assert wait_until(waits_for_a_lock, 20)
        services.withdraw(study.enrolment, refund_note="退 280 元", by=clerk, at=AT)
    opener.join()
    assert told == ["study.not_admitted"]
    with province_scope():
        assert not StudySession.objects.filter(ended_at=None).exists()


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    make_bank()
    with in_tenant(lingzhu):
        yield lingzhu


def withdraw(enrolment: Any, clerk: Any, at: datetime) -> Any:
    return services.withdraw(enrolment, reason="本人放弃", by=clerk, at=at)


@pytest.mark.django_db
def test_a_paper_that_is_being_written_ends_without_a_result_and_keeps_its_evidence(place: Any, clerk: Any) -> None:
    ready = make_ready(place)
    attempt = exam.begin(ready.enrolment, by=ready.user, at=LATER)
    exam.answer(attempt, right=50, at=LATER + timedelta(minutes=1))
    end = LATER + timedelta(minutes=5)
    withdraw(ready.enrolment, clerk, end)
    attempt.refresh_from_db()
    assert (attempt.abandoned_at, attempt.submitted_at) == (end, end)
    assert (attempt.score, attempt.passed, attempt.graded_at, attempt.supervision) == (None, None, None, "unasked")
    assert attempt.findings["total_s"] == 300
    assert attempt.items.exclude(answer=None).count() == 50
    assert attempt.watches.get().camera_session.closed_at == end
    assert Entry.objects.filter(action="exam.abandoned", actor=clerk).count() == 1
    with pytest.raises(Withdrawn):
        exams.save_answer(attempt, 1, "A", 9, by=ready.user, at=end)
    with pytest.raises(Withdrawn):
        exam.begin(ready.enrolment, by=ready.user, at=end)
    assert exams.submit(attempt, by=ready.user, at=end).score is None
    assert exams.grade_overdue(at=end + timedelta(days=1)) == 0


@pytest.mark.django_db
def test_a_paper_whose_time_was_over_counts_first(place: Any, clerk: Any) -> None:
    ready = make_ready(place)
    attempt = exam.begin(ready.enrolment, by=ready.user, at=LATER)
    Attempt.objects.filter(pk=attempt.pk).update(rules=attempt.rules | {"camera": False})
    attempt.watches.all().delete()
    exam.answer(attempt, right=50, at=LATER + timedelta(minutes=2))
    with pytest.raises(CannotEnrol) as error, transaction.atomic():
        withdraw(ready.enrolment, clerk, attempt.deadline_at + timedelta(seconds=1))
    assert error.value.code == "enrolment.withdraw_passed"
    ready.enrolment.refresh_from_db()
    assert ready.enrolment.admission == "admitted"


@pytest.mark.django_db
def test_nobody_judges_hours_of_a_withdrawn_enrolment(place: Any, clerk: Any) -> None:
    ready, reviewer = make_ready(place), people.make_user("谢敏仪")
    reviews.open_missing_reviews(at=LATER)
    review = HoursReview.objects.get()
    withdraw(ready.enrolment, clerk, LATER)
    review.refresh_from_db()
    assert (review.state, review.decided_by, review.decided_at) == ("withdrawn", clerk, LATER)
    assert (pending_reviews().count(), decided_reviews().count()) == (0, 0)
    assert reviews.open_missing_reviews(at=LATER) == 0
    with pytest.raises(reviews.AlreadyDecided):
        reviews.approve_hours(review, by=reviewer, at=LATER)
    with pytest.raises(reviews.CannotUndo):
        reviews.undo(review, by=reviewer, at=LATER)


@pytest.mark.django_db
def test_a_decision_about_a_withdrawn_enrolment_is_not_taken_back(place: Any, clerk: Any) -> None:
    ready, reviewer = make_ready(place), people.make_user("谢敏仪")
    reviews.open_missing_reviews(at=LATER)
    review = reviews.approve_hours(HoursReview.objects.get(), by=reviewer, at=LATER)
    withdraw(ready.enrolment, clerk, LATER)
    with pytest.raises(reviews.CannotUndo):
        reviews.undo(review, by=reviewer, at=LATER)


@pytest.mark.django_db
def test_an_exam_in_doubt_is_not_looked_at_after_the_withdrawal(place: Any, clerk: Any) -> None:
    ready = make_ready(place)
    attempt = exam.begin(ready.enrolment, by=ready.user, at=LATER)
    exam.answer(attempt, right=50, at=LATER + timedelta(minutes=1))
    exams.submit(attempt, by=ready.user, at=LATER + timedelta(minutes=30))
    Attempt.objects.filter(pk=attempt.pk).update(supervision="look")
    type(ready.enrolment).objects.filter(pk=ready.enrolment.pk).update(exam_state="open", exam_passed_at=None)
    withdraw(ready.enrolment, clerk, LATER + timedelta(hours=1))
    assert not looks.waiting_looks().exists()
    with pytest.raises(AlreadyLookedAt):
        looks.accept_attempt(attempt, by=people.make_user("谢敏仪"), at=LATER + timedelta(hours=2))
