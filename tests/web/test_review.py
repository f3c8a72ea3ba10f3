"""The hours review as the association and the trainee meet it: queue, decision, message, undo, second round."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django_tenants.utils import tenant_context

from learning.errors import CannotClear
from learning.models import CreditSpan, HoursState
from learning.review import queries, services
from learning.review.models import Ground, HoursReview, ReviewState
from proctoring.models import Incident, LivenessAttempt, Snapshot
from tenants.audit.models import Entry
from tenants.messages.models import Sms, SmsState
from tenants.messages.services import send_due
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tenants.scopes import province_scope
from tests.support.exam import STUDIED_AT, make_ready, statements, study_all
from tests.support.study import make_study

pytestmark = pytest.mark.django_db
DECIDED = STUDIED_AT + timedelta(days=1)
NEVER_DRAWN = Random(1)  # its first number is above every spot-check share


@pytest.fixture(autouse=True)
def _province():
    with province_scope():
        yield


@pytest.fixture
def reviewer(association, make_user):
    user = make_user("谢敏仪")
    with tenant_context(association):
        grant_role(user, Role.HOURS_REVIEWER, by=None, at=STUDIED_AT)
    return user


def snapshot(study, outcome=Snapshot.Outcome.MATCH, *, minute=0, distance=0.3):
    at = STUDIED_AT + timedelta(minutes=minute)
    return Snapshot.objects.create(
        institution=study.institution,
        session=study.camera,
        requested_at=at,
        taken_at=at,
        outcome=outcome,
        engine="dlib",
        distance=distance,
        frame="sealed",
    )


def completed(institution, *, seen=True):
    """A completed study; `seen`: one snapshot shows the person."""
    study = make_ready(institution)
    if seen:
        snapshot(study)
    return study


def opened(study, *, at=DECIDED) -> HoursReview:
    services.open_missing_reviews(at=at, random=Random(1))
    return HoursReview.objects.get(enrolment=study.enrolment, state=ReviewState.PENDING)


def messages(study):
    return list(Sms.objects.filter(user=study.user, template__startswith="hours_").order_by("id"))


def test_completing_the_hours_opens_one_review_however_often_the_sweep_runs(lingzhu, jiangxin):
    studies = [completed(lingzhu), completed(jiangxin)]
    make_study(lingzhu)  # still studying
    assert services.open_missing_reviews(at=DECIDED) == 2
    assert services.open_missing_reviews(at=DECIDED) == 0
    assert {r.institution for r in queries.pending_reviews()} == {lingzhu, jiangxin}
    assert {r.enrolment_id for r in queries.pending_reviews()} == {s.enrolment.pk for s in studies}
    assert Entry.objects.filter(action="review.opened").count() == 2


def test_the_queue_names_its_reasons_and_puts_the_worst_first(lingzhu):
    clean, doubtful, unseen = completed(lingzhu), completed(lingzhu), completed(lingzhu, seen=False)
    snapshot(doubtful, Snapshot.Outcome.MISMATCH, distance=0.61)
    for _n in range(3):
        snapshot(doubtful, Snapshot.Outcome.REVIEW, distance=0.46)
    services.open_missing_reviews(at=DECIDED, random=Random(1))
    queue = list(queries.pending_reviews())
    assert [r.enrolment_id for r in queue] == [s.enrolment.pk for s in (unseen, doubtful, clean)]
    assert [r.risk for r in queue] == [60, 54, 0]
    lines = [[(line.text, line.weight) for line in queries.reason_lines(r)] for r in queue]
    assert lines == [
        [("学习过程中没有本人抓拍", 60)],
        [("抓拍 1 张与证件照不符", 30), ("3 次比对存疑", 24)],
        [],
    ]


def test_a_check_passed_with_a_hardly_alike_face_counts_and_is_a_hint(lingzhu):
    from proctoring import supervision
    from proctoring.outcomes import PASSED, Sighting

    study = completed(lingzhu)
    for distance in (0.46, 0.31):
        attempt = LivenessAttempt.objects.create(
            institution=lingzhu, session=study.camera, actions=["left", "blink", "nod"], started_at=STUDIED_AT
        )
        seen = Sighting(PASSED, engine="dlib", distance=distance)
        session = supervision.record_liveness(attempt, seen, picture=None, at=STUDIED_AT + timedelta(seconds=9))
        assert session.verified_until is not None
    reasons = {reason["code"]: reason["count"] for reason in opened(study).reasons}
    assert reasons["doubtful"] == 1


def test_a_case_shows_the_worst_pictures_first_with_their_distances_and_the_days_of_study(lingzhu):
    study = completed(lingzhu)
    worst = snapshot(study, Snapshot.Outcome.MISMATCH, distance=0.61)
    doubtful = snapshot(study, Snapshot.Outcome.REVIEW, distance=0.46)
    LivenessAttempt.objects.create(
        institution=lingzhu,
        session=study.camera,
        actions=["left", "blink", "nod"],
        started_at=STUDIED_AT,
        ended_at=STUDIED_AT + timedelta(seconds=9),
        outcome="liveness.too_fast",
        failed_action="blink",
    )
    Incident.objects.create(
        institution=lingzhu,
        session=study.camera,
        kind=Incident.Kind.NOT_THE_PERSON,
        noted_at=STUDIED_AT,
        snapshot=worst,
    )
    case = queries.case_of(opened(study), at=DECIDED)
    assert [(s.uuid, s.distance) for s in case.shots][:2] == [(worst.uuid, 0.61), (doubtful.uuid, 0.46)]
    assert [(t.engine, t.passes, t.doubtful) for t in case.thresholds] == [("dlib", 0.42, 0.50)]
    assert [(c.failed_action, c.passed) for c in case.liveness] == [("blink", False)]
    assert [(e.severity, e.pictures) for e in case.events] == [("grave", [("snapshot", str(worst.uuid))])]
    assert sum(day.credited_ms for day in case.days) == study.credited_ms() == 20_000
    assert case.person.id_number == study.user.id_number[:6] + "*" * 8 + study.user.id_number[-4:]
    assert study.user.id_number not in repr(case)


def test_a_case_costs_the_same_however_much_was_studied(lingzhu):
    def cost(study):
        review = queries.reviews().get(pk=opened(study).pk)
        with statements() as run:
            queries.case_of(review, at=DECIDED)
        return len(run())

    small, large = completed(lingzhu), make_study(lingzhu, lengths_ms=(20_000,) * 4)
    study_all(large)
    for n in range(30):
        snapshot(large, minute=n)
    assert cost(small) == cost(large) == 17


def test_approving_counts_the_hours_and_sends_the_manuals_words_after_ten_minutes(lingzhu, reviewer):
    study = completed(lingzhu)
    review = services.approve_hours(opened(study), by=reviewer, at=DECIDED)
    study.enrolment.refresh_from_db()
    assert (review.state, review.decided_by, review.decided_at) == (ReviewState.APPROVED, reviewer, DECIDED)
    assert (study.enrolment.hours_state, study.enrolment.hours_approved_at) == (HoursState.APPROVED, DECIDED)
    complete, approved = messages(study)
    assert complete.template == "hours_complete"
    assert approved.text == "尊敬的学员，恭喜您的继续教育学时已通过审核。"
    assert approved.not_before == DECIDED + timedelta(minutes=10)
    send_due(at=DECIDED + timedelta(minutes=9, seconds=59))
    approved.refresh_from_db()
    assert approved.state == SmsState.QUEUED
    send_due(at=DECIDED + timedelta(minutes=10))
    approved.refresh_from_db()
    assert approved.state == SmsState.SENT
    entry = Entry.objects.get(action="review.approved")
    assert (entry.actor, entry.institution, entry.subject_id) == (reviewer, lingzhu, str(review.uuid))


def test_clearing_sets_the_hours_to_zero_keeps_the_exam_and_uses_the_exact_words(lingzhu, reviewer):
    study = completed(lingzhu)
    from learning.services import note_exam_passed

    note_exam_passed(study.enrolment, at=STUDIED_AT)
    review = services.clear_hours(
        opened(study), reason="抓拍与证件照不是同一人。", ground=Ground.NOT_SELF, by=reviewer, at=DECIDED
    )
    study.enrolment.refresh_from_db()
    assert (review.state, review.ground, review.note) == (ReviewState.CLEARED, "not_self", "抓拍与证件照不是同一人。")
    assert study.credited_ms() == 0
    assert (study.enrolment.hours_state, study.enrolment.exam_state) == (HoursState.CLEARED, "passed")
    assert CreditSpan.objects.filter(enrolment=study.enrolment, voided_by=review.clearing).exists()
    assert messages(study)[-1].text == (
        f"尊敬的{study.user.name}学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，"
        "您的土建施工员岗位2026年度学时将被清除，请重新学习。"
    )


def test_clearing_one_lesson_leaves_the_others(lingzhu, reviewer):
    study = make_study(lingzhu, lengths_ms=(20_000, 20_000))
    study_all(study)
    review = services.clear_hours(
        opened(study),
        reason="该课时无本人抓拍。",
        ground=Ground.NO_SNAPSHOTS,
        lessons=study.lessons[:1],
        by=reviewer,
        at=DECIDED,
    )
    assert review.state == ReviewState.PARTLY_CLEARED
    assert study.credited_ms() == study.span_ms() == 20_000
    assert "补学" in messages(study)[-1].text
    assert "作弊" not in messages(study)[-1].text


def test_after_clearing_and_studying_again_there_is_a_second_review_of_the_new_study_only(lingzhu, reviewer):
    study = completed(lingzhu, seen=False)
    services.clear_hours(opened(study), reason="学习过程中无本人抓拍。", by=reviewer, at=DECIDED)
    again = study_all(study, at=DECIDED + timedelta(days=1))
    Snapshot.objects.create(
        institution=lingzhu,
        session=study.camera,
        requested_at=again,
        taken_at=again,
        outcome=Snapshot.Outcome.MATCH,
        engine="dlib",
        distance=0.3,
    )
    second = opened(study, at=again)
    assert (second.round, second.risk) == (2, 0)
    case = queries.case_of(second, at=again)
    assert [(r.round, r.state) for r in case.earlier] == [(1, ReviewState.CLEARED)]
    assert len(case.shots) == 1
    assert [m.template for m in messages(study)] == ["hours_complete", "hours_cleared", "hours_complete"]
    services.approve_hours(second, by=reviewer, at=again)
    study.enrolment.refresh_from_db()
    assert study.enrolment.hours_state == HoursState.APPROVED


@pytest.mark.parametrize("decision", ["approve", "clear", "clear_one"])
def test_a_decision_taken_back_within_ten_minutes_leaves_everything_as_before_and_sends_nothing(
    decision, lingzhu, reviewer
):
    study = completed(lingzhu)
    review = opened(study)
    before = (study.credited_ms(), study.span_ms())
    enrolment = dict(vars(study.enrolment))
    if decision == "approve":
        review = services.approve_hours(review, by=reviewer, at=DECIDED)
    else:
        lessons = study.lessons if decision == "clear_one" else None
        review = services.clear_hours(review, reason="误操作", lessons=lessons, by=reviewer, at=DECIDED)
    review = services.undo(review, by=reviewer, at=DECIDED + timedelta(minutes=9))
    study.enrolment.refresh_from_db()
    assert (study.credited_ms(), study.span_ms()) == before
    for name in ("hours_state", "hours_completed_at", "hours_approved_at", "exam_state", "clearings_count"):
        assert getattr(study.enrolment, name) == enrolment[name], name
    assert (review.state, review.decided_by, review.undone_at) == ("pending", None, DECIDED + timedelta(minutes=9))
    assert messages(study)[-1].state == SmsState.CANCELLED
    send_due(at=DECIDED + timedelta(hours=1))
    assert [m.template for m in messages(study) if m.state == SmsState.SENT] == ["hours_complete"]
    assert Entry.objects.filter(action="review.undone").count() == 1


def test_a_second_decision_after_an_undo_sends_its_own_message(lingzhu, reviewer):
    study = completed(lingzhu)
    review = services.clear_hours(opened(study), reason="误操作", by=reviewer, at=DECIDED)
    review = services.undo(review, by=reviewer, at=DECIDED + timedelta(minutes=1))
    services.approve_hours(review, by=reviewer, at=DECIDED + timedelta(minutes=2))
    send_due(at=DECIDED + timedelta(hours=1))
    assert [(m.template, m.state) for m in messages(study)] == [
        ("hours_complete", SmsState.SENT),
        ("hours_cleared", SmsState.CANCELLED),
        ("hours_approved", SmsState.SENT),
    ]


def test_after_ten_minutes_a_decision_stands(lingzhu, reviewer):
    review = services.approve_hours(opened(completed(lingzhu)), by=reviewer, at=DECIDED)
    with pytest.raises(services.CannotUndo):
        services.undo(review, by=reviewer, at=DECIDED + timedelta(minutes=10))


def test_an_approval_that_a_certificate_rests_on_is_not_taken_back(lingzhu, reviewer):
    from learning.services import note_certified

    study = completed(lingzhu)
    review = services.approve_hours(opened(study), by=reviewer, at=DECIDED)
    note_certified(study.enrolment, at=DECIDED + timedelta(minutes=1))
    with pytest.raises(services.CertificateIssued):
        services.undo(review, by=reviewer, at=DECIDED + timedelta(minutes=2))
    assert messages(study)[-1].state == SmsState.QUEUED


def test_a_clearing_is_not_taken_back_once_new_hours_were_earned(lingzhu, reviewer):
    study = completed(lingzhu)
    review = services.clear_hours(opened(study), reason="误操作", by=reviewer, at=DECIDED)
    study_all(study, at=DECIDED + timedelta(minutes=1))
    with pytest.raises(CannotClear):
        services.undo(review, by=reviewer, at=DECIDED + timedelta(minutes=5))
    assert messages(study)[1].state == SmsState.QUEUED  # the refusal did not swallow the message


def test_two_reviewers_decide_one_case_once(lingzhu, reviewer, make_user):
    review = opened(completed(lingzhu))
    services.approve_hours(review, by=reviewer, at=DECIDED)
    with pytest.raises(services.AlreadyDecided):
        services.clear_hours(review, reason="晚了一步", by=make_user("陈国栋"), at=DECIDED)


def test_nobody_reviews_their_own_institution_nor_their_own_study(lingzhu, jiangxin, reviewer):
    own, other = opened(completed(lingzhu)), opened(completed(jiangxin))
    with tenant_context(lingzhu):
        grant_role(reviewer, Role.REGISTRAR, by=None, at=STUDIED_AT)
    with pytest.raises(services.OwnInstitution):
        services.approve_hours(own, by=reviewer, at=DECIDED)
    with pytest.raises(services.OwnInstitution):
        services.clear_hours(own, reason="不应该", by=reviewer, at=DECIDED)
    with pytest.raises(services.OwnInstitution):
        services.approve_hours(other, by=other.enrolment.user, at=DECIDED)
    assert services.approve_hours(other, by=reviewer, at=DECIDED).state == ReviewState.APPROVED


def test_clearing_needs_words_for_the_trainee(lingzhu, reviewer):
    review = opened(completed(lingzhu))
    for reason, lessons in (("   ", None), ("有原因", [])):
        with pytest.raises(services.NoReason):
            services.clear_hours(review, reason=reason, lessons=lessons, by=reviewer, at=DECIDED)
    assert queries.pending_reviews().count() == 1


def test_no_risk_however_high_decides_by_itself(lingzhu):
    study = completed(lingzhu, seen=False)
    for _n in range(20):
        snapshot(study, Snapshot.Outcome.MISMATCH, distance=0.9)
    opened(study)
    services.open_missing_reviews(at=DECIDED + timedelta(days=30))
    review = HoursReview.objects.get()
    assert (review.state, review.risk) == (ReviewState.PENDING, 100)
    assert study.credited_ms() == 20_000


def test_a_share_of_the_clean_cases_is_drawn_for_a_spot_check(lingzhu, monkeypatch):
    class Dice(Random):
        def random(self):
            return next(rolls)

    rolls = iter([0.049, 0.05])
    for _n in range(2):
        completed(lingzhu)
    services.open_missing_reviews(at=DECIDED, random=Dice())
    assert [r.spot_check for r in HoursReview.objects.order_by("pk")] == [True, False]
