"""THREATS "Study and hours" at the HTTP door, the fallback of the socket: the same refusals, and nothing more."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now

from learning import services, views
from learning.models import LessonProgress, StudySession
from proctoring.models import Incident
from tests.support import people
from tests.support.study import Study, make_study, postgres_now
from tests.support.study_page import later

pytestmark = pytest.mark.django_db
REAL_TIME = pytest.mark.django_db(transaction=True)  # PostgreSQL's now() stands still within a transaction
LESSON_MS = 2_700_000


class Door:
    """The trainee's browser at the HTTP door; knows what the server expects next."""

    def __init__(self, client: Any, study: Study) -> None:
        self.client, self.study = client, study
        self.base = f"/study/sessions/{study.session.uuid}/"
        self.next: dict[str, Any] = {}

    def post(self, door: str, body: Any, **headers: str) -> Any:
        answer = self.client.post(
            f"{self.base}{door}/",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"accept": "application/json", **headers},
        )
        said = answer.json()
        if "nonce" in said:
            self.next = {"seq": said["seq"], "nonce": said["nonce"]}
        return answer

    def beat(self, **claims: Any) -> Any:
        return self.post("beat", {"type": "beat", "playing": True, **self.next, **claims})

    def refusal(self, **claims: Any) -> tuple[int, str]:
        answer = self.beat(**claims)
        return answer.status_code, answer.json()["code"]


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        made = make_study(lingzhu, lengths_ms=(LESSON_MS, LESSON_MS))
        made.open_camera(at=postgres_now() - timedelta(minutes=2))
        made.open(at=postgres_now())
        yield made


@pytest.fixture
def door(study: Study, lingzhu: Any, trainee_client: Any) -> Door:
    made = Door(trainee_client(lingzhu, study.user), study)
    made.post("hello", {})
    return made


def test_claims_of_time_of_any_clock_are_refused(door: Door, study: Study) -> None:
    claims = {"position": 2_700, "percent": 100, "credited_ms": 1, "at": "2026-11-29T00:00:00Z", "elapsed": 86_400}
    for name, value in claims.items():
        assert door.refusal(**{name: value}) == (400, "study.unknown_field")
    assert door.post("beat", "x" * 100_000).json()["code"] == "study.malformed"
    assert study.credited_ms() == 0


@REAL_TIME
@pytest.mark.parametrize("day", ["Sat, 28 Nov 2020 08:00:00 GMT", "Sun, 29 Nov 2099 08:00:00 GMT"])
def test_the_clients_clock_changes_nothing(door: Door, study: Study, day: str) -> None:
    door.post("beat", {"type": "beat", "playing": True, **door.next}, date=day)
    later(study, 10)
    answer = door.post("beat", {"type": "beat", "playing": True, **door.next}, date=day)
    assert 10_000 <= answer.json()["credit_ms"] < 12_000


def test_replayed_and_forged_beats_earn_nothing(door: Door, study: Study) -> None:
    first = dict(door.next)
    door.beat()
    later(study, 10)
    assert door.refusal(**first) == (409, "study.stale")
    assert door.refusal(nonce=str(uuid4())) == (409, "study.stale")
    assert door.refusal(seq=door.next["seq"] + 1) == (409, "study.stale")
    assert study.credited_ms() == 0


def test_nobody_can_ask_for_completion(door: Door, study: Study) -> None:
    client, room = door.client, f"/study/{study.enrolment.uuid}/"
    wished = [f"{door.base}{word}/" for word in ("complete", "finish", "progress", "credit")]
    wished += [f"{room}{word}/" for word in ("complete", "lessons/complete", "hours")]
    assert {client.post(address, {"complete": "1"}).status_code for address in wished} == {404}
    for method in (client.put, client.patch, client.delete, client.get):
        assert method(f"{door.base}beat/").status_code == 405
    assert client.post(f"{door.base}end/", {"complete": "1"}).status_code == 204
    progress = LessonProgress.objects.get(enrolment=study.enrolment)
    assert (progress.credited_ms, progress.completed_at) == (0, None)
    study.enrolment.refresh_from_db()
    assert study.enrolment.hours_completed_at is None


def test_after_signing_out_the_door_is_shut(door: Door, study: Study, lingzhu: Any, trainee_client: Any) -> None:
    door.beat()
    later(study, 10)
    door.client.post("/signin/out/")
    out = door.client.post(
        f"{door.base}beat/", "{}", content_type="application/json", headers={"accept": "application/json"}
    )
    assert (out.status_code, out.json()["code"]) == (401, "signin.required")
    again = Door(trainee_client(lingzhu, study.user), study)
    again.next = door.next
    answer = again.beat()
    assert (answer.status_code, answer.json()["code"], answer.json()["fatal"]) == (409, "study.signed_out", True)
    assert study.credited_ms() == 0


@REAL_TIME
def test_after_a_take_over_or_clearing_the_door_is_shut(door: Door, study: Study) -> None:
    door.beat()
    later(study, 10)
    study.open_camera(at=postgres_now() - timedelta(minutes=1))
    study.open(at=postgres_now())
    assert door.refusal() == (409, "study.taken_over")
    new = Door(door.client, study)
    new.post("hello", {})
    new.beat()
    later(study, 10)
    assert new.beat().json()["credit_ms"] >= 10_000
    services.clear_credit(study.enrolment, reason="挂机", by=people.make_user(), at=postgres_now())
    assert new.refusal() == (409, "study.cleared")
    assert study.credited_ms() == study.span_ms() == 0


def test_after_the_camera_check_expired_time_stands_still(door: Door, study: Study) -> None:
    door.beat()
    study.camera.verified_until = postgres_now() - timedelta(seconds=60)
    study.camera.save()
    later(study, 30)
    answer = door.beat().json()
    assert (answer["credit_ms"], answer["state"]) == (0, "paused:camera.expired")


def test_somebody_elses_sitting_and_another_institutions_door_do_not_exist(
    door: Door, study: Study, lingzhu: Any, jiangxin: Any, trainee_client: Any
) -> None:
    for client in (trainee_client(lingzhu, people.make_user("别人")), trainee_client(jiangxin, study.user)):
        stranger = Door(client, study)
        stranger.next = door.next
        answer = client.post(f"{door.base}beat/", json.dumps(door.next), content_type="application/json")
        assert answer.status_code == 404
    assert StudySession.objects.get(pk=study.session.pk).ended_at is None


def test_a_burst_at_the_door_is_held_back_and_leaves_an_incident(
    study: Study, lingzhu: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = now()
    monkeypatch.setattr(views, "now", lambda: moment)  # all of them within one instant
    door = Door(trainee_client(lingzhu, study.user), study)
    door.post("hello", {})
    answers = [door.beat() for _beat in range(60)]
    assert [answer.status_code for answer in answers] == [200] * 19 + [429] * 41
    assert (answers[-1].json()["code"], answers[-1].headers["Retry-After"]) == ("study.too_many", "10")
    incident = Incident.objects.get(session=study.camera)
    assert incident.kind == "abuse"
    assert incident.data == {"where": "study", "code": "study.too_many", "times": 22}
    study.camera.refresh_from_db()
    assert study.camera.verified_until > moment, "the camera saw the right face: its verdict stays"


def test_without_redis_the_door_stays_open(door: Door, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nobody listens on port 1: the real client fails as it does when Redis is gone."""
    from tenants import ratelimit

    nowhere = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    monkeypatch.setattr(ratelimit.settings, "CACHES", settings.CACHES | nowhere)
    ratelimit._script.cache_clear()
    try:
        assert [door.beat().status_code for _beat in range(30)] == [200] * 30
    finally:
        ratelimit._script.cache_clear()
