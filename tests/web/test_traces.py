"""What a page reports of the person's doings: added up, bounded, the person's own, and gone with the evidence."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.utils.timezone import now

from learning.models import CreditSpan, StudySession, StudyTrace
from learning.services import end_study_session, note_rhythm
from tests.support import people
from tests.support.study import BROWSER, Study, make_study, postgres_now
from tests.support.study_page import Page, cookie_of

BODY = {"reported_s": 300, "moves": 12, "presses": 3, "hidden_s": 40, "blurred_s": 20, "marks": ["software_renderer"]}
REAL = {"user-agent": BROWSER}


def sitting_at(institution: Any, *, ago_minutes: int = 30) -> Study:
    """Somebody who has been sitting at a lesson for so long."""
    study = make_study(institution, lengths_ms=(2_700_000, 2_700_000))
    at = postgres_now()
    study.open_camera(at=at - timedelta(minutes=1))
    study.open(at=at)
    StudySession.objects.filter(pk=study.session.pk).update(started_at=at - timedelta(minutes=ago_minutes))
    return study


@pytest.fixture
def study(db: Any, lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield sitting_at(lingzhu)


@pytest.fixture
def client(study: Study, lingzhu: Any, trainee_client: Any) -> Any:
    return trainee_client(lingzhu, study.user)


def report(client: Any, study: Study, body: Any = BODY, **headers: str) -> Any:
    address = f"/study/sessions/{study.session.uuid}/trace/"
    headers = {"accept": "application/json", **headers}
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_reports_add_up_and_marks_are_kept_once(study: Study, client: Any) -> None:
    assert report(client, study).status_code == 204
    assert report(client, study, {**BODY, "moves": 1, "marks": ["webdriver", "software_renderer"]}).status_code == 204
    trace = StudyTrace.objects.get(session=study.session)
    assert (trace.reported_s, trace.moves, trace.presses, trace.hidden_s, trace.blurred_s) == (600, 13, 6, 80, 40)
    assert trace.marks == ["software_renderer", "webdriver"]
    assert (trace.beats, trace.rhythm_ms, trace.institution) == (0, None, study.institution)
    assert not CreditSpan.objects.filter(session=study.session).exists()


def test_a_page_cannot_report_more_time_than_its_sitting_has_lasted(study: Study, client: Any) -> None:
    for _again in range(3):
        assert report(client, study, {**BODY, "reported_s": 1000, "hidden_s": 1000}).status_code == 204
    trace = StudyTrace.objects.get(session=study.session)
    assert 1860 <= trace.reported_s == trace.hidden_s <= 1900


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**BODY, "credited_ms": 1}, "study.unknown_field"),
        ({**BODY, "marks": ["human"]}, "study.malformed"),
        ({**BODY, "moves": -1}, "study.malformed"),
        ({"moves": 1}, "study.malformed"),
        ([1], "study.malformed"),
        ({**BODY, "marks": ["webdriver"] * 200}, "study.malformed"),  # too long
    ],
)
def test_what_is_no_report_is_refused_and_nothing_is_written(study: Study, client: Any, body: Any, code: str) -> None:
    answer = report(client, study, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not StudyTrace.objects.exists()


def test_nobody_reports_for_somebody_else(study: Study, lingzhu: Any, jiangxin: Any, trainee_client: Any) -> None:
    assert report(trainee_client(lingzhu, people.make_user("别人")), study).status_code == 404
    assert report(trainee_client(jiangxin, study.user), study).status_code == 404
    assert not StudyTrace.objects.exists()


def test_the_last_report_may_come_two_minutes_after_the_end(study: Study, client: Any) -> None:
    end_study_session(study.session, by=study.user, at=now() - timedelta(seconds=110))
    assert report(client, study).status_code == 204
    StudySession.objects.filter(pk=study.session.pk).update(ended_at=now() - timedelta(seconds=125))
    late = report(client, study)
    assert (late.status_code, late.json()["code"]) == (409, "study.left")
    assert StudyTrace.objects.get().moves == 12


def test_too_many_reports_are_refused(study: Study, client: Any) -> None:
    answers = [report(client, study, {**BODY, "reported_s": 1}).status_code for _report in range(13)]
    assert answers == [204] * 12 + [429]


def test_another_browser_than_at_the_camera_and_no_socket_leave_a_mark(study: Study, client: Any) -> None:
    hello = f"/study/sessions/{study.session.uuid}/hello/"
    client.post(hello, headers=REAL)
    assert StudyTrace.objects.get().marks == ["no_socket"]
    client.post(hello, headers={"user-agent": "python-requests/2.32"})
    assert StudyTrace.objects.get().marks == ["no_socket", "ua_changed"]


def test_of_several_sockets_the_longest_rhythm_stays(study: Study) -> None:
    for beats, rhythm_ms in ((40, 12), (31, 5), (90, 15)):
        note_rhythm(study.session.pk, beats=beats, rhythm_ms=rhythm_ms, at=now())
    trace = StudyTrace.objects.get()
    assert (trace.beats, trace.rhythm_ms, trace.moves) == (90, 15, 0)


def test_traces_and_answers_stand_in_the_copy_of_ones_data(study: Study, client: Any) -> None:
    from cms.centre import my_data_trail  # noqa: F401  registers the providers
    from cms.centre.my_data_parts import parts_of

    report(client, study)
    part = next(part for part in parts_of(study.user) if part.code == "traces")
    assert [(row["moves"], row["presses"], row["hidden"], row["marks"]) for row in part.rows] == [
        (12, 3, 40, "software_renderer")
    ]
    assert next(part for part in parts_of(study.user) if part.code == "lesson_questions").rows == []


def test_traces_and_devices_go_with_the_evidence(study: Study, client: Any) -> None:
    from learning.review.retention import due_traces, erase_traces
    from proctoring.models import CameraSession
    from tenants.audit.models import Entry

    report(client, study)
    CameraSession.objects.filter(pk=study.camera.pk).update(device="d" * 64)
    assert due_traces(at=now() + timedelta(days=4000)) == []  # study that no review has looked at
    study.user.closed_at = now()
    study.user.save()
    assert erase_traces(at=now()) == 1
    study.camera.refresh_from_db()
    assert (StudyTrace.objects.count(), study.camera.device) == (0, "")
    entry = Entry.objects.get(action="study_traces.erased")
    assert entry.data == {"traces": 1, "answers": 0, "camera_sessions": 1}
    assert erase_traces(at=now()) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize(("jitter", "noted"), [(False, (32, 0)), (True, None)])
async def test_a_socket_that_beats_like_a_machine_is_noted_when_it_closes(
    lingzhu: Any, in_tenant: Any, monkeypatch: pytest.MonkeyPatch, jitter: bool, noted: Any
) -> None:
    from learning.beats import batcher

    moments = iter([1000 + 10 * n + (0.4 * (n % 2) if jitter else 0) for n in range(40)])
    clock = SimpleNamespace(time=lambda: next(moments))
    monkeypatch.setattr("learning.consumers.asyncio", SimpleNamespace(get_running_loop=lambda: clock))

    def in_scope(function: Any) -> Any:
        try:
            with in_tenant(lingzhu):
                return function()
        finally:
            connections.close_all()  # this thread outlives the test's database

    study = await sync_to_async(in_scope)(lambda: sitting_at(lingzhu))
    page = Page(study, await sync_to_async(in_scope)(lambda: cookie_of(study, lingzhu)))
    await page.open()
    for _beat in range(33):
        assert (await page.beat())["type"] == "ack"
    await page.socket.disconnect()
    found = await sync_to_async(in_scope)(lambda: list(StudyTrace.objects.values_list("beats", "rhythm_ms", "marks")))
    assert found == ([(*noted, [])] if noted else [])
    await batcher().close()
