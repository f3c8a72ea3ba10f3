"""kill -9 of the web process in the middle of the exam: no acknowledged answer is lost, the deadline stays."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils.timezone import now

from exams import services
from exams.models import Answer, Attempt
from tenants.scopes import institution_scope
from tests.support.exam import begin, make_bank, make_ready
from tests.support.live import Daphne, daphne
from tests.support.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
TAKERS = 6
KILL_AFTER = 60  # acknowledgements


@dataclass
class Taker:
    """One person at the exam: sends answer after answer, remembers which were acknowledged."""

    server: Daphne
    host: str
    attempt: Attempt
    cookie: str
    acked: dict[int, tuple[str, int]] = field(default_factory=dict)

    def send(self, number: int, choice: str, seq: int) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}/exam/attempt/{self.attempt.uuid}/answers/",
            data=json.dumps({"answers": [{"number": number, "choice": choice, "seq": seq}]}).encode(),
            headers={
                "Host": self.host,
                "Cookie": f"sessionid={self.cookie}; csrftoken={'c' * 32}",
                "X-CSRFToken": "c" * 32,
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            body = json.loads(response.read())
        for saved in body["answers"]:
            self.acked[saved["number"]] = (saved["choice"], saved["seq"])
        return body

    def answer_until_the_line_breaks(self, acks: threading.Semaphore) -> None:
        for round_ in range(1, 200):
            for number in range(1, 31):
                try:
                    self.send(number, "ABCD"[(number + round_) % 4], round_)
                except OSError:
                    return
                acks.release()


@pytest.fixture
def takers(lingzhu):
    with institution_scope(lingzhu):
        make_bank()
        studies = [make_ready(lingzhu) for _n in range(TAKERS)]
        attempts = [begin(study.enrolment, by=study.user, at=now()) for study in studies]
    with daphne() as server:
        yield [
            Taker(server, lingzhu.host, attempt, signed_in(attempt.user, lingzhu).cookies["sessionid"].value)
            for attempt in attempts
        ]


def stored(attempt: Attempt) -> dict[int, tuple[str, int]]:
    found = Answer.objects.filter(item__attempt=attempt)
    return {number: (choice, seq) for number, choice, seq in found.values_list("item__number", "choice", "client_seq")}


def test_killing_the_server_while_people_answer_loses_no_acknowledged_answer(takers, lingzhu):
    server, acks = takers[0].server, threading.Semaphore(0)
    deadlines = {taker.attempt.pk: taker.attempt.deadline_at for taker in takers}
    threads = [threading.Thread(target=taker.answer_until_the_line_breaks, args=[acks]) for taker in takers]
    for thread in threads:
        thread.start()
    for _ack in range(KILL_AFTER):
        assert acks.acquire(timeout=60), "the server acknowledges nothing"
    server.kill()
    for thread in threads:
        thread.join(60)

    with institution_scope(lingzhu):
        for taker in takers:
            held = stored(taker.attempt)
            assert taker.acked, "everybody had something to lose"
            for number, (choice, seq) in taker.acked.items():
                # At most the one answer whose acknowledgement was cut off may be newer than what the client knows.
                assert held[number] == (choice, seq) or held[number][1] == seq + 1

    server.start()
    with institution_scope(lingzhu):
        for taker in takers:
            known = dict(taker.acked)
            for number, (choice, seq) in known.items():
                replayed = taker.send(number, choice, seq)["answers"][0]
                assert replayed["seq"] in (seq, seq + 1)
            assert Answer.objects.filter(item__attempt=taker.attempt).count() <= 30
            assert Attempt.objects.get(pk=taker.attempt.pk).deadline_at == deadlines[taker.attempt.pk]


def test_a_paper_can_be_handed_in_after_the_server_came_back_and_is_graded_once(takers, lingzhu):
    taker = takers[0]
    with institution_scope(lingzhu):
        keys = dict(taker.attempt.items.values_list("number", "key"))
    for number in range(1, 31):
        taker.send(number, keys[number], 1)
    taker.server.kill()
    taker.server.start()
    with institution_scope(lingzhu):
        graded = services.submit(taker.attempt, by=taker.attempt.user, at=now())
    assert graded.score == 60
    with pytest.raises(urllib.error.HTTPError) as refused:
        taker.send(31, keys[31], 1)
    assert (refused.value.code, json.loads(refused.value.read())["code"]) == (409, "exam.closed")
