"""The exam as a trainee walks through it: start, answer, hand in, see the score, take it again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from exams import services
from exams.models import Answer, Attempt, Item
from learning.models import ExamState, HoursState
from tenants.audit.models import Entry
from tests.support.exam import answer, before_the_camera, begin, make_bank, make_ready, statements
from tests.support.study import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(lingzhu, in_tenant):
    """A person at 岭筑 whose hours are complete; the test runs inside the institution."""
    with in_tenant(lingzhu):
        make_bank()
        yield make_ready(lingzhu)


@pytest.fixture
def client(ready, lingzhu, trainee_client):
    return trainee_client(lingzhu, ready.user)


def start(client, study) -> Attempt:
    camera = before_the_camera(study.enrolment, at=now())
    body = json.dumps({"camera": str(camera.uuid)})
    response = client.post(f"/exam/{study.enrolment.uuid}/begin/", body, content_type="application/json")
    attempt = Attempt.objects.get(enrolment=study.enrolment, submitted_at=None)
    assert response.status_code == 201
    assert response.json() == {"paper": f"/exam/attempt/{attempt.uuid}/"}
    return attempt


def save(client, attempt, *answers):
    body = {"answers": [{"number": n, "choice": choice, "seq": seq} for n, choice, seq in answers]}
    url = f"/exam/attempt/{attempt.uuid}/answers/"
    return client.post(url, json.dumps(body), content_type="application/json", headers={"accept": "application/json"})


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_start_page_says_the_rules_before_the_clock_runs(client, ready):
    page = text_of(client.get(f"/exam/{ready.enrolment.uuid}/"))
    for fact in ("50 题", "100 分", "60 分", "60 分钟"):
        assert fact in page
    assert "考核前须做人脸识别" in page
    assert not Attempt.objects.exists()


def test_pressing_start_twice_gives_one_paper_of_fifty_questions(client, ready):
    first, second = start(client, ready), start(client, ready)
    assert first == second
    assert first.items.count() == 50
    assert sum(item.points for item in first.items.all()) == 100
    assert (first.deadline_at - first.opened_at) == timedelta(minutes=60)
    ready.enrolment.refresh_from_db()
    assert ready.enrolment.first_attempt_at == first.opened_at
    assert Entry.objects.filter(action="exam.started").count() == 1


def test_before_the_hours_are_complete_the_exam_is_closed(lingzhu, in_tenant, trainee_client):
    with in_tenant(lingzhu):
        make_bank()
        study = make_study(lingzhu)
        client = trainee_client(lingzhu, study.user)
        page = text_of(client.get(f"/exam/{study.enrolment.uuid}/"))
        assert "0 / 32" in page or "已完成 0 学时" in page
        assert "开始考核" not in page
        refused = client.post(f"/exam/{study.enrolment.uuid}/")
        assert refused.status_code == 409
        assert "学时全部完成后" in text_of(refused)
        assert not Attempt.objects.exists()


def test_an_answer_is_acknowledged_with_the_servers_time_and_there_after_a_reload(client, ready):
    attempt = start(client, ready)
    response = save(client, attempt, (17, "C", 1))
    body = response.json()
    assert response.status_code == 200
    assert [(a["number"], a["choice"], a["seq"]) for a in body["answers"]] == [(17, "C", 1)]
    assert 59 * 60_000 < body["remaining_ms"] <= 60 * 60_000
    page = client.get(f"/exam/attempt/{attempt.uuid}/").content.decode()
    assert page.count(" checked") == 1
    assert 'data-number="17" data-seq="1" data-choice="C"' in page


def test_the_same_answer_sent_again_changes_nothing_and_is_acknowledged_again(client, ready):
    attempt = start(client, ready)
    first = save(client, attempt, (3, "A", 1)).json()
    again = save(client, attempt, (3, "A", 1)).json()
    assert again["answers"] == first["answers"]
    assert Answer.objects.count() == 1


def test_an_older_answer_that_arrives_late_does_not_replace_a_newer_one(client, ready):
    attempt = start(client, ready)
    save(client, attempt, (3, "B", 5))
    late = save(client, attempt, (3, "A", 4)).json()
    assert [(a["choice"], a["seq"]) for a in late["answers"]] == [("B", 5)]
    assert Answer.objects.get().choice == "B"


def test_a_choice_can_be_taken_back(client, ready):
    attempt = start(client, ready)
    save(client, attempt, (31, "AB", 1))
    assert save(client, attempt, (31, "", 2)).json()["answers"][0]["choice"] == ""
    assert Answer.objects.get().choice == ""


def test_a_whole_queue_replays_in_one_request(client, ready):
    attempt = start(client, ready)
    body = save(client, attempt, *[(n, "A", 1) for n in range(1, 51)], (1, "B", 2)).json()
    assert len(body["answers"]) == 50
    assert body["answers"][0]["choice"] == "B"
    assert Answer.objects.count() == 50


def test_saving_is_one_statement_however_many_answers(client, ready):
    attempt = begin(ready.enrolment, by=ready.user, at=now())
    for sent in ([(1, "A")], [(n, "A") for n in range(1, 51)]):
        answers = [services.SentAnswer(n, choice, 9 + len(sent)) for n, choice in sent]
        with statements() as run:
            services.save_answers(
                attempt.uuid, by=ready.user, institution_id=attempt.institution_id, answers=answers, at=now()
            )
        assert [sql.split()[0] for sql in run()] == ["SAVEPOINT", "WITH", "RELEASE"]


def test_sixty_points_pass_and_the_enrolment_keeps_it(client, ready):
    attempt = start(client, ready)
    answer(attempt, right=30, at=now())
    response = client.post(f"/exam/attempt/{attempt.uuid}/submit/", follow=True)
    page = text_of(response)
    assert "考核合格" in page
    assert "<strong>60</strong>" in page
    assert "再考一次" not in page
    attempt.refresh_from_db()
    ready.enrolment.refresh_from_db()
    assert (attempt.score, attempt.passed) == (60, True)
    assert ready.enrolment.exam_state == ExamState.PASSED
    assert ready.enrolment.exam_passed_at == attempt.submitted_at
    assert ready.enrolment.hours_state == HoursState.IN_REVIEW
    assert client.post(f"/exam/{ready.enrolment.uuid}/").status_code == 409


def test_handing_in_twice_yields_one_grade(client, ready):
    attempt = start(client, ready)
    answer(attempt, right=50, at=now())
    for _press in range(2):
        assert client.post(f"/exam/attempt/{attempt.uuid}/submit/").status_code == 302
    assert Entry.objects.filter(action="exam.graded").count() == 1
    assert Attempt.objects.get().score == 100


def test_failing_leaves_the_hours_alone_and_the_next_paper_is_another(client, ready):
    first = start(client, ready)
    answer(first, right=29, at=now())
    page = text_of(client.post(f"/exam/attempt/{first.uuid}/submit/", follow=True))
    assert "58" in page
    assert "再考一次" in page
    assert "学时不受影响" in page
    second = start(client, ready)
    assert second.number == 2
    common = set(first.items.values_list("question_id", flat=True)) & set(
        second.items.values_list("question_id", flat=True)
    )
    # 60 single choices for two papers of 30: none returns; 25 of each other kind for two of 10: none either.
    assert common == set()
    ready.enrolment.refresh_from_db()
    assert (ready.enrolment.hours_state, ready.enrolment.exam_state) == (HoursState.IN_REVIEW, ExamState.OPEN)


def test_the_deadline_hands_in_by_itself_exactly_once(client, ready):
    attempt = start(client, ready)
    answer(attempt, right=30, at=now())
    after = attempt.deadline_at + timedelta(minutes=3)
    assert services.grade_overdue(at=attempt.deadline_at - timedelta(seconds=1)) == 0
    assert services.grade_overdue(at=after) == 1
    assert services.grade_overdue(at=after) == 0
    attempt.refresh_from_db()
    assert (attempt.score, attempt.submitted_at, attempt.graded_at) == (60, attempt.deadline_at, after)
    entry = Entry.objects.get(action="exam.graded")
    assert (entry.actor, entry.data["by_deadline"]) == (None, True)
    ready.enrolment.refresh_from_db()
    assert ready.enrolment.exam_passed_at == attempt.deadline_at


def test_coming_back_after_the_deadline_shows_the_result(client, ready):
    attempt = start(client, ready)
    answer(attempt, right=10, at=now())
    Attempt.objects.update(deadline_at=now() - timedelta(minutes=5))
    page = client.get(f"/exam/attempt/{attempt.uuid}/", follow=True)
    assert page.redirect_chain == [(f"/exam/attempt/{attempt.uuid}/result/", 302)]
    assert "20" in text_of(page)
    assert Attempt.objects.get().passed is False


def test_a_pass_stays_when_the_hours_are_cleared(client, ready, association, make_user):
    from learning.services import clear_credit

    attempt = start(client, ready)
    answer(attempt, right=45, at=now())
    services.submit(attempt, by=ready.user, at=now())
    clear_credit(ready.enrolment, reason="非本人学习", by=make_user("复核员"), at=now())
    ready.enrolment.refresh_from_db()
    assert (ready.enrolment.hours_state, ready.enrolment.exam_state) == (HoursState.CLEARED, ExamState.PASSED)
    page = text_of(client.get(f"/exam/attempt/{attempt.uuid}/result/"))
    assert "考核合格" in page
    assert "补齐学时" in page


def test_an_exam_without_enough_questions_says_so_and_opens_nothing(lingzhu, in_tenant, trainee_client):
    with in_tenant(lingzhu):
        make_bank(singles=10, multiples=5, judgements=5)
        study = make_ready(lingzhu)
        refused = trainee_client(lingzhu, study.user).post(f"/exam/{study.enrolment.uuid}/")
        assert refused.status_code == 503
        assert not Attempt.objects.exists()


@pytest.mark.parametrize("people", [1, 3])
def test_the_overview_costs_the_same_for_one_enrolment_and_for_three(people, lingzhu, in_tenant, trainee_client):
    from learning.models import Enrolment

    with in_tenant(lingzhu):
        make_bank()
        study = make_ready(lingzhu)
        for year in range(2020, 2020 + people - 1):
            Enrolment.objects.create(
                **{
                    name: getattr(study.enrolment, name)
                    for name in (
                        "institution",
                        "user",
                        "position",
                        "post_certificate",
                        "plan",
                        "admission",
                        "created_at",
                    )
                },
                year=year,
            )
        client = trainee_client(lingzhu, study.user)
        client.get("/exam/")
        with statements() as run:
            page = text_of(client.get("/exam/"))
        assert len(run()) == 7
        assert page.count("土建施工员") == people


def test_a_paper_is_frozen_when_the_bank_is_edited(client, ready):
    from exams.models import Question

    attempt = start(client, ready)
    before = list(Item.objects.values_list("stem", "options", "key"))
    Question.objects.update(stem="改过的题干", options=["一", "二"], answer="A")
    assert list(Item.objects.values_list("stem", "options", "key")) == before
    assert "改过的题干" not in client.get(f"/exam/attempt/{attempt.uuid}/").content.decode()
