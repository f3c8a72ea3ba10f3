"""The camera's dialogue with the real application, a real face worker and real frames."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.tools.cameraman import MISSED, Page, confirmed_profile, connect, face_worker
from tests.tools.clips import clips_of

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def obama(cache_folder):
    return clips_of(FACES / "obama.jpg", cache_folder)


@pytest.fixture
def stranger(cache_folder):
    return clips_of(FACES / "astronaut.png", cache_folder)


@pytest.fixture
def sitting(lingzhu, in_tenant, trainee_client, make_user, obama):
    """(open camera session, session cookie) of a confirmed trainee."""
    from proctoring import services

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, obama, at=timezone.now(), clerk=make_user("何敏"))
        session = services.open_camera_session(client.user, lingzhu, "study", at=timezone.now())
    return session, client.cookies["sessionid"].value


def converse(conversation, session, institution, cookie, clips, **how):
    """Run `conversation(page)` on a socket of its own; returns what it returns."""

    host = institution.host

    async def whole():
        socket = connect(session.uuid, host, cookie)
        connected, _ = await socket.connect(timeout=10)
        assert connected
        page = Page(socket, clips, **how)
        await page.until("camera.ready", "error")
        try:
            return await conversation(page)
        finally:
            await socket.disconnect()

    return asyncio.run(whole())


def reread(session, in_tenant):
    from proctoring.models import CameraSession

    with in_tenant(session.institution):
        return CameraSession.objects.get(pk=session.pk)


def test_an_honest_person_passes_and_is_verified_for_the_time_of_the_rules(sitting, lingzhu, in_tenant, obama):
    from proctoring import vault
    from proctoring.incidents import PASSIVE
    from proctoring.models import Incident, LivenessAttempt
    from proctoring.rules import ProctoringRules

    session, cookie = sitting
    with face_worker():
        before = timezone.now()
        ended = converse(lambda page: page.pass_check(), session, lingzhu, cookie, obama)
    assert ended["type"] == "liveness.passed", ended
    with in_tenant(lingzhu):
        attempt = LivenessAttempt.objects.filter(session=session).latest("pk")
        assert attempt.outcome == "liveness.passed"
        assert attempt.distance < ProctoringRules().dlib_pass
        assert vault.get(attempt).startswith(b"\xff\xd8")
        assert Incident.objects.exclude(kind__in=PASSIVE).count() == 0  # a recorded clip repeats itself
    stored = reread(session, in_tenant)
    assert stored.verified_at - before < timedelta(seconds=90)
    # the socket closed right after: what was verified holds for a short cut only
    assert stored.expired_code == "camera.offline"
    assert stored.verified_until - stored.expired_at == timedelta(seconds=ProctoringRules().offline_s)


def test_a_waved_photo_is_refused_with_the_action_and_the_reason(sitting, lingzhu, in_tenant, obama):
    session, cookie = sitting
    with face_worker():
        ended = converse(lambda page: page.check(), session, lingzhu, cookie, obama, always="photo_attack")
    assert ended["type"] == "liveness.failed", ended
    assert ended["code"].startswith("liveness.")
    assert ended["left"] == 29
    assert reread(session, in_tenant).verified_until is None


def test_the_right_actions_by_somebody_else_are_not_the_person(sitting, lingzhu, in_tenant, stranger):
    from proctoring.incidents import PASSIVE
    from proctoring.models import Incident

    session, cookie = sitting
    with face_worker():
        ended = converse(lambda page: page.check(), session, lingzhu, cookie, stranger)
    assert (ended["type"], ended["code"]) == ("liveness.failed", "liveness.not_the_person")
    with in_tenant(lingzhu):  # that the stand-in's clip plays in a loop is noted too
        assert [i.kind for i in Incident.objects.exclude(kind__in=PASSIVE)] == ["not_the_person"]


def test_snapshots_come_unasked_extend_the_time_and_end_it_when_the_person_has_gone(
    sitting, lingzhu, in_tenant, obama, stranger, short_gaps
):
    from proctoring.models import Snapshot

    session, cookie = sitting

    async def study(page):
        passed = await page.pass_check()
        assert passed["type"] == "liveness.passed", passed
        renewed = await page.until("camera.state", "camera.expired", timeout=15)
        page.clips = stranger
        expired = await page.until("camera.expired", timeout=15)
        return passed, renewed, expired

    with face_worker():
        passed, renewed, expired = converse(study, session, lingzhu, cookie, obama)
    assert (renewed["type"], renewed["verified"]) == ("camera.state", True)
    assert renewed["verified_until"] > passed["verified_until"]
    assert (expired["code"], expired["resumable"]) == ("camera.mismatch", False)
    with in_tenant(lingzhu):
        assert {s.outcome for s in Snapshot.objects.all()} == {"match", "mismatch"}
    stored = reread(session, in_tenant)
    assert (stored.verified_until, stored.expired_code) == (stored.expired_at, "camera.mismatch")


def test_no_camera_picture_pauses_and_coming_back_needs_one_snapshot(sitting, lingzhu, obama, short_gaps):
    session, cookie = sitting

    async def study(page):
        await page.pass_check()
        answer, page.snapshot = page.snapshot, lambda request: asyncio.sleep(0)
        expired = await page.until("camera.expired", timeout=20)
        page.snapshot = answer
        await page.socket.send_to(text_data='{"type":"snapshot.resume"}')
        return expired, await page.until("camera.state", timeout=10)

    with face_worker():
        expired, resumed = converse(study, session, lingzhu, cookie, obama)
    assert (expired["code"], expired["resumable"]) == ("camera.no_answer", True)
    assert resumed["verified"] is True


def test_a_worker_that_dies_costs_time_but_not_the_check(sitting, lingzhu, in_tenant, obama):
    from proctoring.models import LivenessAttempt

    session, cookie = sitting

    async def check(page):
        await page.socket.send_to(text_data='{"type":"liveness.start"}')
        await page.until("liveness.begin")
        await page.until("liveness.prompt")
        await asyncio.to_thread(first.__exit__, None, None, None)  # gone in the middle
        await asyncio.to_thread(second.__enter__)
        ended = await page.until("liveness.passed", "liveness.failed", timeout=60)
        return await page.pass_check() if ended.get("code") in MISSED else ended

    first, second = face_worker("first"), face_worker("second")
    first.__enter__()
    ended = converse(check, session, lingzhu, cookie, obama)
    second.__exit__(None, None, None)
    assert ended["type"] == "liveness.passed", ended
    with in_tenant(lingzhu):
        outcomes = [a.outcome for a in LivenessAttempt.objects.order_by("pk")]
    assert (outcomes[0], outcomes[-1]) == ("liveness.busy", "liveness.passed")


def test_without_a_worker_the_person_is_told_that_the_service_is_busy(sitting, lingzhu, in_tenant, obama, monkeypatch):
    from proctoring import challenge
    from proctoring.models import LivenessAttempt

    monkeypatch.setattr(challenge, "NO_WORKER_S", 1.0)
    session, cookie = sitting
    ended = converse(lambda page: page.check(), session, lingzhu, cookie, obama)
    assert (ended["type"], ended["code"]) == ("liveness.failed", "liveness.busy")
    with in_tenant(lingzhu):
        assert LivenessAttempt.objects.count() == 0


def test_the_newest_window_wins(sitting, lingzhu, obama):
    session, cookie = sitting
    host = lingzhu.host

    async def two():
        first, second = (connect(session.uuid, host, cookie) for _ in range(2))
        assert (await first.connect(timeout=10))[0]
        assert json.loads(await first.receive_from(5))["type"] == "camera.ready"
        assert (await second.connect(timeout=10))[0]
        assert json.loads(await second.receive_from(5))["type"] == "camera.ready"
        assert json.loads(await first.receive_from(5)) == {"type": "camera.replaced"}
        closed = await first.receive_output(5)
        assert (closed["type"], closed["code"]) == ("websocket.close", 4409)
        await second.disconnect()

    asyncio.run(two())


@pytest.fixture
def short_gaps(association, in_tenant):
    """Rules under which snapshots come within seconds."""
    from tenants.rulesets.models import Ruleset

    with in_tenant(association):
        Ruleset.objects.update_or_create(
            name="snapshots within seconds",
            defaults={
                "in_force_from": timezone.now(),
                "created_at": timezone.now(),
                "values": {"proctoring": {"snapshot_mean_s": 2.0, "snapshot_min_gap_s": 0.5, "snapshot_answer_s": 3.0}},
            },
        )
