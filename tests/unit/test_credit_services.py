"""Sittings, completion and clearing, as the trainee meets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from learning import queries, services
from learning.errors import CameraNotVerified, CannotClear, CannotStudy
from learning.models import Admission, CreditSpan, Enrolment, ExamState, HoursState, StudySession
from learning.study_time import study_time
from tests.support import people
from tests.support.study import Study, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield make_study(lingzhu)


def watch(study: Study, at: datetime, seconds: int = 40) -> datetime:
    """Open a sitting and watch the lesson honestly; the time afterwards."""
    study.open_camera(at=at)
    study.open(at=at)
    study.beat(at=at)
    for tick in range(10, seconds + 1, 10):
        study.beat(at=at + s(tick))
    return at + s(seconds)


def finish(study: Study) -> datetime:
    at = AT
    for _lesson in study.lessons:
        at = watch(study, at) + s(5)
    assert services.complete_hours_if_done(study.enrolment, at=at)
    study.enrolment.refresh_from_db()
    return at


def test_pausing_makes_a_new_span_and_loses_nothing(study: Study) -> None:
    study.open_camera(at=AT)
    study.open(at=AT)
    study.beat(at=AT + s(1))
    study.beat(at=AT + s(8), playing=False)
    study.beat(at=AT + s(20))
    study.beat(at=AT + s(30))
    assert [span.credited_ms for span in CreditSpan.objects.all()] == [7_000, 10_000]
    assert study.credited_ms() == study.span_ms() == 17_000


def test_the_next_sitting_goes_on_at_the_next_lesson(study: Study) -> None:
    at = watch(study, AT)
    assert queries.progress_of(study.enrolment).lessons_done == 1
    assert study.open(at=at).lesson == study.lessons[1]


def test_leaving_and_returning_goes_on_where_it_was(study: Study) -> None:
    watch(study, AT, seconds=20)
    study.open_camera(at=AT + s(3_600))
    session = study.open(at=AT + s(3_600))
    assert session.lesson == study.lessons[0]
    assert session.progress.credited_ms == 20_000


def test_a_reconnected_socket_earns_nothing_for_the_time_away(study: Study) -> None:
    study.open_camera(at=AT)
    study.open(at=AT)
    study.beat(at=AT)
    services.resume(study.session)
    assert study.beat(at=AT + s(15)).credit_ms == 0


def test_a_broken_line_and_a_pause_are_told_apart_in_the_record(study: Study) -> None:
    study.open_camera(at=AT)
    study.open(at=AT)
    study.beat(at=AT)
    study.beat(at=AT + s(10))  # and then nothing is heard
    services.resume(study.session, at=AT + s(70))
    study.beat(at=AT + s(70))
    study.beat(at=AT + s(75), playing=False)  # paused: beats go on
    for second in range(85, 125, 10):
        study.beat(at=AT + s(second), playing=False)
    services.resume(study.session, at=AT + s(126))  # fresh addresses in a pause are no broken line
    study.beat(at=AT + s(126))
    study.beat(at=AT + s(131))
    found = study_time([study.enrolment], since=AT)[study.enrolment.pk].gaps
    assert [(gap.code, gap.start, gap.end) for gap in found] == [
        ("study.offline", AT + s(10), AT + s(70)),
        ("", AT + s(75), AT + s(126)),
    ]


def test_the_newest_sitting_wins_in_the_whole_province(study: Study, jiangxin: Any, in_tenant: Any) -> None:
    study.open_camera(at=AT)
    first = study.open(at=AT)
    with in_tenant(jiangxin):
        other = make_study(jiangxin, user=study.user, year=2025)
        other.open_camera(at=AT + s(30))
        other.open(at=AT + s(30))
    first.refresh_from_db()
    assert (first.end_reason, first.ended_at) == ("taken_over", AT + s(30))
    assert study.beat(at=AT + s(31)).refusal == "taken_over"


def test_without_a_camera_check_there_is_no_sitting(study: Study) -> None:
    study.open_camera(at=AT, minutes=1)
    with pytest.raises(CameraNotVerified):
        study.open(at=AT + s(61))
    study.camera.verified_until = None
    study.camera.save()
    with pytest.raises(CameraNotVerified):
        study.open(at=AT)


def test_the_camera_check_of_somebody_else_does_not_count(study: Study) -> None:
    study.open_camera(at=AT)
    study.camera.user = people.make_user("别人")
    study.camera.save()
    with pytest.raises(CameraNotVerified):
        study.open(at=AT)


def test_nobody_studies_before_admission_or_for_others(study: Study) -> None:
    study.open_camera(at=AT)
    with pytest.raises(CannotStudy) as refused:
        services.open_study_session(study.enrolment, study.camera, by=people.make_user(), at=AT)
    assert refused.value.code == "study.not_yours"
    study.enrolment.admission = Admission.AWAITING_PAYMENT
    with pytest.raises(CannotStudy) as refused:
        study.open(at=AT)
    assert refused.value.code == "study.not_admitted"


def test_all_lessons_complete_opens_review_and_exam_and_sends_the_manuals_message(study: Study) -> None:
    from tenants.messages.models import Sms

    finish(study)
    assert (study.enrolment.hours_state, study.enrolment.exam_state) == (HoursState.IN_REVIEW, ExamState.OPEN)
    assert queries.progress_of(study.enrolment).percent == 100
    (sms,) = Sms.objects.filter(user=study.user)
    assert sms.text == (
        "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，"
        "请您耐心等待，学时审核通过后可登录管理系统完成换证。"
    )
    assert not services.complete_hours_if_done(study.enrolment, at=AT + s(999))
    assert Sms.objects.filter(user=study.user).count() == 1


def test_a_process_that_died_after_the_last_beat_is_made_up_for(study: Study) -> None:
    at = AT
    for _lesson in study.lessons:
        at = watch(study, at)
    study.enrolment.refresh_from_db()
    assert study.enrolment.hours_state == HoursState.STUDYING
    assert services.complete_finished_enrolments(at=at) == 1
    assert services.complete_finished_enrolments(at=at) == 0


def test_cleared_hours_are_zero_the_spans_stay_and_a_pass_stays(study: Study) -> None:
    at = finish(study)
    services.note_exam_passed(study.enrolment, at)
    reviewer = people.make_user("审核员")
    clearing = services.clear_credit(study.enrolment, reason="挂机", by=reviewer, at=at + s(60))
    study.enrolment.refresh_from_db()
    assert (study.enrolment.hours_state, study.enrolment.exam_state) == (HoursState.CLEARED, ExamState.PASSED)
    assert study.credited_ms() == study.span_ms() == 0
    assert sum(span.credited_ms for span in clearing.spans.all()) == 80_000
    assert queries.progress_of(study.enrolment).next_lesson.order == 1


def test_clearing_one_lesson_leaves_the_others(study: Study) -> None:
    at = finish(study)
    services.clear_credit(
        study.enrolment, reason="无抓拍", by=people.make_user(), at=at + s(60), lessons=[study.lessons[1]]
    )
    progress = queries.progress_of(study.enrolment)
    assert [line.credited_ms for line in progress.lessons] == [40_000, 0]
    assert study.credited_ms() == study.span_ms() == 40_000


def test_after_clearing_the_difference_is_studied_and_a_second_message_goes_out(study: Study) -> None:
    from tenants.messages.models import Sms

    at = finish(study)
    services.clear_credit(
        study.enrolment, reason="无抓拍", by=people.make_user(), at=at + s(60), lessons=[study.lessons[1]]
    )
    at = watch(study, at + s(120))
    assert study.session.lesson == study.lessons[1]
    assert services.complete_hours_if_done(study.enrolment, at=at)
    assert Sms.objects.filter(user=study.user).count() == 2


def test_a_clearing_taken_back_restores_every_second(study: Study) -> None:
    at = finish(study)
    reviewer = people.make_user()
    clearing = services.clear_credit(study.enrolment, reason="误判", by=reviewer, at=at + s(60))
    services.undo_clearing(clearing, by=reviewer, at=at + s(120))
    study.enrolment.refresh_from_db()
    assert study.enrolment.hours_state == HoursState.IN_REVIEW
    assert study.credited_ms() == study.span_ms() == 80_000
    assert queries.progress_of(study.enrolment).is_complete


def test_a_clearing_cannot_be_taken_back_once_new_hours_were_earned(study: Study) -> None:
    at = finish(study)
    reviewer = people.make_user()
    clearing = services.clear_credit(study.enrolment, reason="挂机", by=reviewer, at=at + s(60))
    watch(study, at + s(120), seconds=20)
    with pytest.raises(CannotClear):
        services.undo_clearing(clearing, by=reviewer, at=at + s(300))


def test_a_sitting_under_way_ends_when_its_hours_are_cleared(study: Study) -> None:
    watch(study, AT, seconds=20)
    services.clear_credit(study.enrolment, reason="挂机", by=people.make_user(), at=AT + s(25))
    assert study.beat(at=AT + s(30)).refusal == "cleared"
    assert study.credited_ms() == study.span_ms() == 0


def test_signing_out_ends_the_sitting(study: Study, lingzhu: Any, trainee_client: Any) -> None:
    study.open_camera(at=AT)
    study.open(at=AT)
    client = trainee_client(lingzhu, study.user)
    client.post("/signin/out/")
    assert StudySession.objects.get(pk=study.session.pk).end_reason == "signed_out"


def test_a_sitting_from_which_nothing_is_heard_ends_by_itself(study: Study) -> None:
    watch(study, AT, seconds=20)
    assert services.end_idle_sessions(at=AT + s(20 + 600)) == 0
    assert services.end_idle_sessions(at=AT + s(21 + 600)) == 1
    assert study.beat(at=AT + s(625)).refusal == "idle"


def test_study_is_replayed_only_in_a_marked_database(study: Study) -> None:
    from learning.beats_sql import Beat
    from learning.demo_database import NotADemo

    study.open_camera(at=AT)
    session = study.open(at=AT)
    with pytest.raises(NotADemo):
        services.credit_at(Beat(session.pk, session.seq, session.nonce, True), AT + s(5))


def test_in_a_marked_database_study_is_replayed_by_the_same_rules(study: Study) -> None:
    from learning.beats_sql import Beat
    from learning.demo_database import is_demo_database, mark_demo_database

    mark_demo_database()
    assert is_demo_database()
    at = AT
    for _lesson in study.lessons:
        study.open_camera(at=at)
        session = study.open(at=at)
        said = services.credit_at(Beat(session.pk, session.seq, session.nonce, True), at)
        for _beat in range(4):
            at += s(10)
            said = services.credit_at(Beat(session.pk, said.seq, said.nonce, True), at)
        assert said.complete
    study.enrolment.refresh_from_db()
    assert (study.enrolment.hours_state, study.enrolment.hours_completed_at) == (HoursState.IN_REVIEW, at)


def test_a_database_in_which_somebody_has_studied_cannot_be_marked(study: Study) -> None:
    from learning.demo_database import NotADemo, mark_demo_database

    watch(study, AT, seconds=20)
    with pytest.raises(NotADemo):
        mark_demo_database()


def test_progress_is_read_in_as_many_queries_for_three_lessons_as_for_one(study: Study, lingzhu: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    longer = make_study(lingzhu, lengths_ms=(40_000, 40_000, 40_000))
    counts = []
    for one in (study, longer):
        enrolment = Enrolment.objects.select_related("plan").get(pk=one.enrolment.pk)
        with CaptureQueriesContext(connection) as queries_done:
            queries.progress_of(enrolment)
        counts.append(len([query for query in queries_done if "search_path" not in query["sql"]]))
    assert counts == [2, 2]
