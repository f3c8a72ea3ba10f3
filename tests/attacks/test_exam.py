"""Attacks on the exam: each ends in 404, 409 or 400, with no mark changed and no byte of the key."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from exams import services
from exams.models import Answer, Attempt, Item
from learning.models import ExamState
from tenants.audit.models import Entry
from tenants.scopes import institution_scope
from tests.support.exam import answer, before_the_camera, begin, make_bank, make_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(lingzhu, in_tenant):
    with in_tenant(lingzhu):
        make_bank()
        yield make_ready(lingzhu)


@pytest.fixture
def attempt(ready):
    return begin(ready.enrolment, by=ready.user, at=now())


@pytest.fixture
def client(ready, lingzhu, trainee_client):
    return trainee_client(lingzhu, ready.user)


def post(client, attempt, body):
    url = f"/exam/attempt/{attempt.uuid}/answers/"
    body = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(url, body, content_type="application/json", headers={"accept": "application/json"})


def one(number, choice, seq):
    return {"answers": [{"number": number, "choice": choice, "seq": seq}]}


def test_an_answer_after_the_deadline_is_refused_and_not_stored(client, attempt):
    post(client, attempt, one(1, "A", 1))
    Attempt.objects.update(deadline_at=now() - timedelta(milliseconds=1))
    late = post(client, attempt, one(1, "B", 2))
    assert (late.status_code, late.json()["code"]) == (409, "exam.too_late")
    assert [a.choice for a in Answer.objects.all()] == ["A"]


def test_an_answer_after_handing_in_is_refused(client, attempt, ready):
    services.submit(attempt, by=ready.user, at=now())
    late = post(client, attempt, one(1, "A", 1))
    assert (late.status_code, late.json()["code"]) == (409, "exam.closed")
    assert not Answer.objects.exists()


def test_one_answer_that_does_not_fit_makes_the_whole_batch_fail(client, attempt):
    batch = {"answers": [*one(1, "A", 1)["answers"], *one(2, "E", 1)["answers"]]}  # a single choice has no E
    assert post(client, attempt, batch).status_code == 400
    assert not Answer.objects.exists()


ROUTES = [
    ("get", "/exam/attempt/{attempt}/"),
    ("get", "/exam/attempt/{attempt}/result/"),
    ("post", "/exam/attempt/{attempt}/submit/"),
    ("post", "/exam/attempt/{attempt}/answers/"),
    ("get", "/exam/{enrolment}/"),
    ("post", "/exam/{enrolment}/"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_persons_exam_does_not_exist(method, path, attempt, ready, lingzhu, trainee_client):
    stranger = trainee_client(lingzhu)
    asked = path.format(attempt=attempt.uuid, enrolment=ready.enrolment.uuid)
    made_up = path.format(attempt=uuid4(), enrolment=uuid4())
    answers = [
        getattr(stranger, method)(
            url, json.dumps(one(1, "A", 1)), content_type="application/json", headers={"accept": "application/json"}
        )
        if method == "post"
        else stranger.get(url)
        for url in (asked, made_up)
    ]
    assert [a.status_code for a in answers] == [404, 404]
    strip = re.compile(rb'value="/exam/[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')
    assert strip.sub(b"", answers[0].content) == strip.sub(b"", answers[1].content)
    attempt.refresh_from_db()
    assert attempt.is_open
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_ones_own_exam_does_not_exist_at_another_institution(method, path, attempt, ready, jiangxin, trainee_client):
    elsewhere = trainee_client(jiangxin, ready.user)
    url = path.format(attempt=attempt.uuid, enrolment=ready.enrolment.uuid)
    response = getattr(elsewhere, method)(
        url, **({"data": json.dumps(one(1, "A", 1)), "content_type": "application/json"} if method == "post" else {})
    )
    assert response.status_code == 404
    attempt.refresh_from_db()
    assert attempt.is_open
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_signing_in_there_is_only_the_sign_in(method, path, attempt, ready, client):
    client.logout()
    url = path.format(attempt=attempt.uuid, enrolment=ready.enrolment.uuid)
    response = getattr(client, method)(url)
    assert response.status_code == 302
    assert response["Location"].startswith("/signin/")
    assert post(client, attempt, one(1, "A", 1)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"answers": {"number": 1}}',
        {"answers": [1]},
        {"answers": [{"number": 1, "choice": "A"}]},
        {"answers": [{"number": 1, "choice": "A", "seq": 1, "points": 2}]},
        one("1", "A", 1),
        one(True, "A", 1),
        one(0, "A", 1),
        one(51, "A", 1),
        one(10**12, "A", 1),
        one(1, "A", 0),
        one(1, "A", -1),
        one(1, "A", True),
        one(1, "A", 2**31),
        one(1, "A", "9"),
        one(1, None, 1),
        one(1, "a", 1),
        one(1, "AA", 1),
        one(31, "BA", 1),
        one(1, "AB", 1),  # two options of a single choice
        one(1, "E", 1),  # an option the question does not have
        one(41, "C", 1),  # neither true nor false
        one(31, "ABCDEF", 1),
        one(1, "A'; --", 1),
        {"answers": [one(1, "A", n)["answers"][0] for n in range(1, 300)]},
    ],
)
def test_a_misshapen_answer_is_refused_and_stores_nothing(body, client, attempt):
    response = post(client, attempt, body)
    assert (response.status_code, response.json()["code"]) == (400, "exam.bad_answer")
    assert not Answer.objects.exists()


def body_of(response) -> str:
    """A response without what differs from request to request."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    return re.sub(r'data-remaining-ms="\d+"|"remaining_ms": \d+|"at": "[\d:]+"', "", text)


def test_no_response_depends_on_the_key_until_the_score_and_then_only_the_score_does(client, attempt, ready):
    """Every page is asked twice with different keys in the database: the same bytes, hence nothing of the key."""

    def bodies() -> list[str]:
        pages = [client.get("/exam/"), client.get(f"/exam/{ready.enrolment.uuid}/"), client.get(paper)]
        return [
            body_of(r) for r in [*pages, post(client, attempt, one(1, "A", 1)), post(client, attempt, {"answers": []})]
        ]

    paper = f"/exam/attempt/{attempt.uuid}/"
    post(client, attempt, one(1, "A", 1))
    before = bodies()
    assert "解析" not in "".join(before)  # nor the explanation, nor the code in the bank
    Item.objects.update(key="A")
    assert bodies() == before

    answer(attempt, right=20, at=now())
    client.post(f"{paper}submit/")
    result = body_of(client.get(f"{paper}result/"))
    Item.objects.update(key="B")
    assert body_of(client.get(f"{paper}result/")) == result
    assert "题干" not in result


def test_the_paper_page_carries_no_field_named_key_and_no_identity_of_a_question(client, attempt):
    from exams.models import Question

    page = client.get(f"/exam/attempt/{attempt.uuid}/").content.decode()
    assert not re.search(r'data-key|"key"|data-answer="|data-right|data-question', page)
    ids = {str(pk) for pk in Question.objects.values_list("pk", flat=True)}
    assert not set(re.findall(r'value="(\d+)"', page)) & ids


def test_two_windows_the_later_choice_counts_and_the_other_window_is_told(client, attempt):
    post(client, attempt, one(1, "A", 1))
    post(client, attempt, one(1, "B", 2))  # window two, which had loaded seq 1
    told = post(client, attempt, one(1, "C", 2)).json()["answers"][0]  # window one, unaware
    assert (told["choice"], told["seq"]) == ("B", 2)
    assert Answer.objects.get().choice == "B"


def run_at_once(*functions):
    """Each in a thread with connections of its own, started together; returns what they returned or raised."""
    from django.db import close_old_connections, connections

    gate, results = threading.Barrier(len(functions)), [None] * len(functions)

    def run(place, function):
        try:
            gate.wait()
            results[place] = function()
        except Exception as error:
            results[place] = error
        finally:
            close_old_connections()
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_ten_presses_of_start_and_of_hand_in_at_once_give_one_paper_and_one_grade(lingzhu):
    with institution_scope(lingzhu):
        make_bank()
        study = make_ready(lingzhu)
        camera = before_the_camera(study.enrolment, at=now())

    def start():
        with institution_scope(lingzhu):
            return services.start_attempt(study.enrolment, by=study.user, at=now(), camera=camera).pk

    def hand_in():
        with institution_scope(lingzhu):
            found = Attempt.objects.get(user=study.user)
            return services.submit(found, by=study.user, at=now()).score

    assert len(set(run_at_once(*[start] * 10))) == 1
    with institution_scope(lingzhu):
        attempt = Attempt.objects.get()
        answer(attempt, right=40, at=now())
    assert run_at_once(*[hand_in] * 5) == [80] * 5
    assert Entry.objects.filter(action="exam.graded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_races_with_handing_in_is_graded_or_refused_never_lost(lingzhu):
    with institution_scope(lingzhu):
        make_bank()
        studies = [make_ready(lingzhu) for _person in range(6)]

    for study in studies:
        with institution_scope(lingzhu):
            attempt = begin(study.enrolment, by=study.user, at=now())
            keys = dict(attempt.items.values_list("number", "key"))

        def save(number, attempt=attempt, study=study, keys=keys):
            with institution_scope(lingzhu):
                services.save_answer(attempt, number, keys[number], 1, by=study.user, at=now())
            return "saved"

        def hand_in(attempt=attempt, study=study):
            with institution_scope(lingzhu):
                return services.submit(attempt, by=study.user, at=now())

        saves = [lambda n=n, save=save: save(n) for n in range(1, 8)]
        *outcomes, graded = run_at_once(*saves, hand_in)
        refused = [o for o in outcomes if isinstance(o, services.Closed)]
        assert len(refused) + outcomes.count("saved") == 7
        assert graded.score == 2 * outcomes.count("saved")


@pytest.mark.django_db(transaction=True)
def test_two_graders_at_once_grade_an_overdue_paper_once(lingzhu):
    with institution_scope(lingzhu):
        make_bank()
        study = make_ready(lingzhu)
        attempt = begin(study.enrolment, by=study.user, at=now())
        answer(attempt, right=50, at=now())
    after = attempt.deadline_at + timedelta(seconds=1)

    def sweep():
        with institution_scope(lingzhu):
            return services.grade_overdue(at=after)

    assert sum(run_at_once(*[sweep] * 4)) == 1
    assert Entry.objects.filter(action="exam.graded").count() == 1
    with institution_scope(lingzhu):
        study.enrolment.refresh_from_db()
        assert study.enrolment.exam_state == ExamState.PASSED
