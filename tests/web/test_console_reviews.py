"""The hours review in the association's console."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from tenants.roles.roles import Role
from tests.support.staff import make_case, queries_of, staff_client

pytestmark = pytest.mark.django_db
DOUBTFUL = (("match", 0.31), ("review", 0.46), ("mismatch", 0.61), ("no_face", None))


@pytest.fixture
def reviewer(association):
    return staff_client(association, Role.HOURS_REVIEWER)


@pytest.fixture
def case(lingzhu, in_tenant):
    with in_tenant(lingzhu):
        return make_case(lingzhu, outcomes=DOUBTFUL)


def of_case(review, where=""):
    return f"/admin/console/reviews/{review.uuid}/{where}"


QUERIES_OF_A_PICTURE = 7


def queries_of_picture(client, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    return sum(not query["sql"].startswith("SET search_path") for query in seen), answer.content


def approve(client, review, **more):
    return client.post(of_case(review), {"decision": "approve", "reason": "光线不好，是本人。"} | more)


def test_the_queue_says_in_words_why_somebody_comes_first(reviewer, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        make_case(lingzhu, name="何丽华")
        make_case(lingzhu, name="梁志强", outcomes=DOUBTFUL)
    page = reviewer.get("/admin/console/reviews/").content.decode()
    assert page.index("梁志强") < page.index("何丽华")
    assert "抓拍 1 张与证件照不符" in page
    assert "没有发现理由" in page
    assert "440106********" in page


def test_numbers_are_masked_in_queue_and_case(reviewer, case):
    for address in ("/admin/console/reviews/", of_case(case)):
        page = reviewer.get(address).content.decode()
        assert case.enrolment.user.id_number not in page
        assert case.enrolment.user.phone not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_takes_as_many_queries_with_one_row_as_with_three(reviewer, lingzhu, in_tenant, rows):
    with in_tenant(lingzhu):
        for _ in range(rows):
            make_case(lingzhu)
    queries, page = queries_of(reviewer, "/admin/console/reviews/")
    assert (queries, page.count("data-row")) == (19, rows)


@pytest.mark.parametrize("shots", [1, 4])
def test_a_case_takes_as_many_queries_with_one_picture_as_with_four(reviewer, lingzhu, in_tenant, shots):
    with in_tenant(lingzhu):
        case = make_case(lingzhu, outcomes=DOUBTFUL[:shots])
    queries, page = queries_of(reviewer, of_case(case))
    assert (queries, page.count("data-evidence")) == (38, shots)


def test_the_case_shows_the_pictures_worst_first_with_distance_and_verdict(reviewer, case):
    page = reviewer.get(of_case(case)).content.decode()
    gallery = page[page.index('id="pictures"') :]
    assert gallery.index("0.61") < gallery.index("0.46") < gallery.index("0.31")
    assert gallery.count("/small/") == 4
    assert len(re.findall(r'data-full="/camera/evidence/snapshot/[0-9a-f-]{36}/"', gallery)) == 4
    assert "尊敬的学员，恭喜您的继续教育学时已通过审核。" in page
    assert (
        "尊敬的梁志强学员您好，因您在继续教育学习课程中存在作弊行为，按照有关要求，您的土建施工员岗位2026年度学时将被清除，请重新学习。"
        in page
    )


def test_a_picture_of_the_case_can_be_opened_and_is_recorded(reviewer, case):
    from tenants.audit.models import Entry

    page = reviewer.get(of_case(case)).content.decode()
    address = page[page.index("/camera/evidence/snapshot/") :].partition('"')[0]
    answer = reviewer.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert Entry.objects.filter(action="face_evidence.read", actor=reviewer.user).count() == 1


def test_incidents_say_what_they_mean_and_the_curves_of_a_check_are_recorded(reviewer, case, in_tenant, association):
    from proctoring import noticing
    from proctoring.models import LivenessAttempt, Snapshot
    from tenants.audit.models import Entry

    with in_tenant(association):
        check, shot = LivenessAttempt.objects.get(), Snapshot.objects.order_by("taken_at").first()
        check.series = {"ms": [0, 100, 200], "turn": [0.0, 0.2, 0.0], "mouth": [0.1] * 3, "eyes": [0.3] * 3,
                        "nod": [0.5] * 3, "events": [[0, "prompt", "left"], [200, "done", "left"]]}  # fmt: skip
        check.save()
        noticing.note(check.session, "virtual_camera", at=shot.taken_at, label="OBS")
        noticing.note(check.session, "near_duplicate", at=shot.taken_at, snapshot=shot, bits=3)
    page = reviewer.get(of_case(case)).content.decode()
    events = page[page.index('id="incidents"') :].partition("</section>")[0]
    assert events.index("改动后的旧画面") < events.index("摄像头是软件"), "the graver one first"
    assert "可能加了噪点" in events
    assert "差异位 3" in events
    assert Entry.objects.filter(action="face_evidence.read").count() == 0
    curves = reviewer.get(f"/admin/console/reviews/checks/{check.uuid}/")
    assert (curves.status_code, curves.content.decode().count('zx-curve"')) == (200, 4)
    assert Entry.objects.get(action="face_evidence.read").data == {"kind": "series"}
    assert reviewer.get(f"/admin/console/reviews/checks/{shot.uuid}/").status_code == 404


def test_a_look_at_a_thumbnail_takes_few_queries(reviewer, case):
    """Forty pictures a case, four hundred cases before lunch."""
    page = reviewer.get(of_case(case)).content.decode()
    address = page[page.index("/camera/evidence/snapshot/") :].partition('"')[0]
    queries, _picture = queries_of_picture(reviewer, address)
    assert queries == QUERIES_OF_A_PICTURE


def test_approving_writes_the_sms_that_waits_ten_minutes(reviewer, case, in_tenant, association):
    from learning.models import Enrolment
    from tenants.messages.models import Sms

    before = now()
    answer = approve(reviewer, case)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/console/reviews/")
    sms = Sms.objects.get(template="hours_approved")
    assert sms.text == "尊敬的学员，恭喜您的继续教育学时已通过审核。"
    assert timedelta(minutes=10) <= sms.not_before - before < timedelta(minutes=10, seconds=30)
    with in_tenant(association):
        assert Enrolment.objects.get(pk=case.enrolment_id).hours_state == "approved"


def test_approving_doubtful_pictures_takes_a_sentence(reviewer, case):
    answer = approve(reviewer, case, reason="")
    assert answer.status_code == 400
    assert "请用一句话说明原因，学员能看到。" in answer.content.decode()


def test_undo_within_ten_minutes_takes_decision_and_sms_back(reviewer, case, in_tenant, association):
    from learning.models import Enrolment
    from tenants.messages.models import Sms

    approve(reviewer, case)
    assert 'id="undo"' in reviewer.get("/admin/console/reviews/").content.decode()
    reviewer.post(of_case(case, "undo/"))
    assert Sms.objects.get(template="hours_approved").state == "cancelled"
    with in_tenant(association):
        assert Enrolment.objects.get(pk=case.enrolment_id).hours_state == "in_review"


def test_clearing_all_hours_needs_ground_and_explanation_and_sends_the_manuals_text(
    reviewer, case, in_tenant, association
):
    from learning.models import Enrolment
    from tenants.messages.models import Sms

    refused = reviewer.post(of_case(case), {"decision": "clear_all", "reason": ""})
    assert refused.status_code == 400
    reviewer.post(of_case(case), {"decision": "clear_all", "ground": "not_self", "reason": "3 月 2 日由他人代替。"})
    with in_tenant(association):
        assert Enrolment.objects.get(pk=case.enrolment_id).hours_state == "cleared"
    assert Sms.objects.get(template="hours_cleared").text.startswith(
        "尊敬的梁志强学员您好，因您在继续教育学习课程中存在作弊行为"
    )


def test_clearing_chosen_lessons_leaves_the_others(reviewer, case, in_tenant, association):
    from learning.models import LessonProgress

    with in_tenant(association):
        first, second = LessonProgress.objects.filter(enrolment=case.enrolment_id).order_by("lesson_id")
    data = {
        "decision": "clear_lessons",
        "ground": "not_self",
        "reason": "第一课不是本人。",
        "lessons": [first.lesson_id],
    }
    assert reviewer.post(of_case(case), data).status_code == 302
    with in_tenant(association):
        left = dict(LessonProgress.objects.filter(enrolment=case.enrolment_id).values_list("lesson_id", "credited_ms"))
    assert left == {first.lesson_id: 0, second.lesson_id: 20_000}


def test_somebody_elses_decision_is_said_so(reviewer, case, association):
    approve(staff_client(association, Role.SUPERADMIN, "冯志坚"), case)
    answer = approve(reviewer, case)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "这一件刚刚已经由别人决定" in page
    assert "冯志坚" in page


def test_a_read_only_role_sees_the_case_and_gets_403_with_a_sentence_when_deciding(association, case, in_tenant):
    auditor = staff_client(association, Role.AUDITOR)
    assert auditor.get(of_case(case)).status_code == 200
    answer = approve(auditor, case)
    assert answer.status_code == 403
    assert "需要的角色：" in answer.content.decode()
    with in_tenant(association):
        case.refresh_from_db()
    assert case.state == "pending"


def test_a_question_editor_is_told_that_the_queue_is_not_theirs(association):
    answer = staff_client(association, Role.QUESTION_EDITOR).get("/admin/console/reviews/")
    assert answer.status_code == 403
    assert "请向协会的超级管理员申请。" in answer.content.decode()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.REGISTRAR])
def test_staff_of_an_institution_find_no_console(lingzhu, case, role):
    client = staff_client(lingzhu, role)
    for address in ("/admin/console/reviews/", of_case(case), "/admin/console/institutions/", "/admin/console/audit/"):
        assert client.get(address).status_code == 404


def test_an_empty_queue_says_what_comes(reviewer):
    page = reviewer.get("/admin/console/reviews/").content.decode()
    assert "队列已审完" in page


def spans_of(case):
    from learning.models import CreditSpan

    return list(CreditSpan.objects.filter(enrolment=case.enrolment_id).order_by("started_at"))


def stretch(case, **more):
    return {"decision": "clear_times", "ground": "not_self", "reason": "该时段不是本人。"} | more


def test_chosen_stretches_are_counted_by_the_server_confirmed_and_cleared(reviewer, case, in_tenant, association):
    from learning.models import Enrolment, LessonProgress
    from tenants.messages.models import Sms

    with in_tenant(association):
        first, second = spans_of(case)
    asked = reviewer.post(of_case(case), stretch(case, spans=[first.pk]))
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "将清除 1 个时段，共 20 秒；保留 20 秒。请再次确认。" in page
    assert 'name="confirmed" value="20000"' in page
    with in_tenant(association):
        assert Enrolment.objects.get(pk=case.enrolment_id).hours_state == "in_review"
    answer = reviewer.post(of_case(case), stretch(case, spans=[first.pk], confirmed=20_000))
    assert answer.status_code == 302
    with in_tenant(association):
        case.refresh_from_db()
        left = dict(LessonProgress.objects.filter(enrolment=case.enrolment_id).values_list("lesson_id", "credited_ms"))
        assert case.clearing.scope == "times"
    assert case.state == "partly_cleared"
    assert left == {first.lesson_id: 0, second.lesson_id: 20_000}
    assert Sms.objects.filter(template="hours_partly_cleared").count() == 1


def test_a_sum_that_was_not_shown_is_asked_again(reviewer, case, in_tenant, association):
    with in_tenant(association):
        first, second = spans_of(case)
    data = stretch(case, spans=[first.pk, second.pk], confirmed=20_000)
    answer = reviewer.post(of_case(case), data)
    assert answer.status_code == 200
    assert 'name="confirmed" value="40000"' in answer.content.decode()
    with in_tenant(association):
        case.refresh_from_db()
    assert case.state == "pending"


def test_part_of_a_span_is_typed_in_to_the_second(reviewer, case, in_tenant, association):
    from django.utils.timezone import localtime

    with in_tenant(association):
        first, _second = spans_of(case)
    start = localtime(first.started_at) + timedelta(seconds=5)
    typed = {
        "day": f"{start:%Y-%m-%d}",
        "from_time": f"{start:%H:%M:%S}",
        "to_time": f"{start + timedelta(seconds=7):%H:%M:%S}",
    }
    assert 'name="confirmed" value="7000"' in reviewer.post(of_case(case), stretch(case, **typed)).content.decode()
    assert reviewer.post(of_case(case), stretch(case, **typed, confirmed=7_000)).status_code == 302
    with in_tenant(association):
        assert [(span.credited_ms, span.voided_by_id is None) for span in spans_of(case)] == [
            (5_000, True),
            (7_000, False),
            (8_000, True),
            (20_000, True),
        ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "请至少选择一个有计时的时段。"),
        ({"from_time": "09:00:00"}, "请同时填写日期、开始时间和结束时间。"),
        ({"day": "2026-03-02", "from_time": "09:10:00", "to_time": "09:10:00"}, "时段的结束时间必须晚于开始时间。"),
        ({"spans": ["999999999"]}, "999999999"),
        ({"day": "2026-03-02", "from_time": "03:00:00", "to_time": "03:10:00"}, "请至少选择一个有计时的时段。"),
    ],
)
def test_badly_chosen_stretches_are_refused_with_words(reviewer, case, in_tenant, association, typed, sentence):
    answer = reviewer.post(of_case(case), stretch(case, **typed, confirmed=1))
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    with in_tenant(association):
        case.refresh_from_db()
    assert case.state == "pending"


def test_the_case_shows_lessons_stretches_and_pauses_of_a_day_side_by_side(reviewer, case, in_tenant, association):
    from learning.models import StudySession

    with in_tenant(association):
        first, _second = spans_of(case)
        StudySession.objects.filter(pk=first.session_id).update(end_reason="taken_over")
    page = reviewer.get(of_case(case)).content.decode()
    table = page[page.index('class="zx-study"') :].partition("</table>")[0]
    assert table.count("· 20 秒") == 2
    assert "被另一个窗口或设备接替" in table


def test_the_case_shows_the_signs_of_behaviour_as_hints(reviewer, case, in_tenant, association):
    page = reviewer.get(of_case(case)).content.decode()
    signs = page[page.index('id="traces"') :]
    assert "行为线索" in signs
    assert "仅供参考，不是证据：不会因此停止计时或清除学时。" in signs
    for label in ("鼠标与按键", "页面是否可见", "上报节奏", "浏览器", "设备", "网络", "学习时段", "课堂提问"):
        assert f">{label}<" in signs
