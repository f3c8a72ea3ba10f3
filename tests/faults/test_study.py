"""kill -9 of the web process in the middle of a lesson: at most one heartbeat is lost, none counts twice."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.live import Daphne, daphne
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)
LEARNERS = 6
BEAT_S = 0.7
KILL_AFTER = 24  # acknowledged beats


@dataclass
class Learner:
    """One honest page: beats in its rhythm and keeps what was acknowledged."""

    server: Daphne
    study: Study
    cookie: str
    acked_ms: int = 0

    def connect(self) -> ClientConnection:
        host = f"lingzhu.localhost:{self.server.port}"
        return connect(
            f"ws://{host}/ws/study/{self.study.session.uuid}/",
            sock=socket.create_connection(("127.0.0.1", self.server.port)),
            origin=f"http://{host}",
            additional_headers={"Cookie": f"sessionid={self.cookie}"},
            proxy=None,
            open_timeout=20,
        )

    def study_until_the_line_breaks(self, acks: threading.Semaphore) -> None:
        rhythm = threading.Event()
        with self.connect() as line:
            said = json.loads(line.recv())
            while True:
                beat = {"type": "beat", "seq": said["seq"], "nonce": said["nonce"], "playing": True}
                try:
                    line.send(json.dumps(beat))
                    said = json.loads(line.recv())
                except (ConnectionClosed, OSError):
                    return
                self.acked_ms = said["credited_ms"]
                acks.release()
                rhythm.wait(BEAT_S)


@pytest.fixture
def learners(lingzhu: Any, in_tenant: Any) -> Any:
    with daphne() as server, in_tenant(lingzhu):
        made = []
        for _number in range(LEARNERS):
            study = make_study(lingzhu, lengths_ms=(2_700_000,))
            study.open_camera(at=postgres_now())
            study.open(at=postgres_now())
            made.append(Learner(server, study, cookie_of(study, lingzhu)))
        yield made


def test_a_killed_web_process_costs_at_most_one_heartbeat(learners: list[Learner]) -> None:
    server, acks = learners[0].server, threading.Semaphore(0)
    lines = [threading.Thread(target=learner.study_until_the_line_breaks, args=(acks,)) for learner in learners]
    for line in lines:
        line.start()
    for _ack in range(KILL_AFTER):
        assert acks.acquire(timeout=30)
    server.kill()
    for line in lines:
        line.join(timeout=30)
    began = time.monotonic()
    server.start()
    for learner in learners:
        with learner.connect() as line:
            hello = json.loads(line.recv())
        # Nothing acknowledged is lost; a beat that was committed but not answered may be there as well.
        assert learner.acked_ms <= hello["credited_ms"] <= learner.acked_ms + BEAT_S * 1000 + 2_000
        assert learner.study.credited_ms() == learner.study.span_ms() == hello["credited_ms"]
        spans = list(learner.study.enrolment.spans.order_by("started_at"))
        assert all(span.ended_at - span.started_at == timedelta(milliseconds=span.credited_ms) for span in spans)
        assert len(spans) <= 1
    assert time.monotonic() - began < 60
