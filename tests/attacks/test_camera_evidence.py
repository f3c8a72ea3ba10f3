"""THREATS "Camera": whoever else is in the picture pauses credit with a reason and leaves evidence, no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from learning.models import Clearing
from proctoring import supervision, vault
from proctoring.models import CameraSession, Incident, Lapse, Snapshot
from proctoring.outcomes import PASSED, Sighting
from tests.support.exam import STUDIED_AT
from tests.support.staff import picture
from tests.support.study import Study, make_study

pytestmark = pytest.mark.django_db
MARKS = [f"{n * 0x1111111111111111:064x}" for n in range(1, 16)]  # far from each other: no exposure twice


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    """Somebody who has studied twenty seconds."""
    with in_tenant(lingzhu):
        made = make_study(lingzhu, lengths_ms=(2_700_000,))
        made.open_camera(at=STUDIED_AT)
        made.open(at=STUDIED_AT)
        for seconds in (0, 10, 20):
            made.beat(at=STUDIED_AT + timedelta(seconds=seconds))
        yield made


def seen(study: Study, outcome: str, at: datetime, mark: str = "") -> Snapshot:
    sighting = Sighting(outcome, "dlib", 0.6 if outcome == "mismatch" else None, mark)
    study.camera.refresh_from_db()
    return supervision.record_snapshot(study.camera, sighting, picture=picture(), requested_at=at, at=at)


def check(study: Study, outcome: str, at: datetime) -> Any:
    study.camera.refresh_from_db()
    attempt = supervision.begin_attempt(study.camera, at=at)
    supervision.record_liveness(attempt, Sighting(outcome, "dlib", 0.6), picture=picture(), at=at)
    attempt.refresh_from_db()
    return attempt


@pytest.mark.parametrize(
    ("outcome", "code", "again"),
    [
        ("mismatch", "camera.mismatch", "check"),
        ("two_faces", "camera.two_faces", "check"),
        ("no_face", "camera.no_face", "snapshot"),
        ("no_answer", "camera.no_answer", "snapshot"),
    ],
)
def test_what_is_not_the_person_alone_pauses_credit_and_is_kept(
    outcome: str, code: str, again: str, study: Study
) -> None:
    at = STUDIED_AT + timedelta(seconds=25)
    shot = seen(study, outcome, at)
    study.camera.refresh_from_db()
    assert (study.camera.verified_until, study.camera.expired_code) == (at, code)
    earned = [study.beat(at=STUDIED_AT + timedelta(seconds=s)).credit_ms for s in (30, 40, 50)]
    assert earned == [5000, 0, 0]  # to the snapshot, then nothing
    assert vault.get(shot) == picture()  # what was seen is kept, sealed
    kinds = list(Incident.objects.filter(session=study.camera).values_list("kind", flat=True))
    assert kinds == (["not_the_person"] if outcome == "mismatch" else [])

    seen(study, "match", STUDIED_AT + timedelta(seconds=60))  # the right face again: enough only where nobody else was
    study.camera.refresh_from_db()
    is_back = study.camera.verified_until > STUDIED_AT + timedelta(seconds=60)
    assert is_back == (again == "snapshot")
    if not is_back:
        check(study, PASSED, STUDIED_AT + timedelta(seconds=60))
    assert study.beat(at=STUDIED_AT + timedelta(seconds=70)).credit_ms == 10_000

    assert study.credited_ms() == study.span_ms() == 35_000  # nothing was taken away, and nothing came in between
    assert not Clearing.objects.exists()
    assert study.enrolment.hours_state == "studying"
    lapse = Lapse.objects.get(session=study.camera)
    assert (lapse.code, lapse.began_at, lapse.ended_at) == (code, at, STUDIED_AT + timedelta(seconds=60))


def test_a_face_that_changes_between_the_actions_is_an_incident_with_its_picture(study: Study) -> None:
    seen(study, "two_faces", STUDIED_AT + timedelta(seconds=25))
    attempt = check(study, "liveness.face_changed", STUDIED_AT + timedelta(seconds=30))
    incident = Incident.objects.get(session=study.camera)
    assert (incident.kind, incident.attempt_id) == ("face_changed", attempt.pk)
    assert vault.get(attempt) == picture()
    assert study.beat(at=STUDIED_AT + timedelta(seconds=40)).credit_ms == 5000
    assert study.beat(at=STUDIED_AT + timedelta(seconds=50)).credit_ms == 0
    assert not Clearing.objects.exists()


def test_doubtful_matches_count_but_three_in_a_row_need_a_new_check(study: Study) -> None:
    for number, at_s in enumerate((30, 60)):
        seen(study, "review", STUDIED_AT + timedelta(seconds=at_s), MARKS[number])
        study.camera.refresh_from_db()
        assert study.camera.expired_code == ""
    seen(study, "review", STUDIED_AT + timedelta(seconds=90), MARKS[2])
    study.camera.refresh_from_db()
    assert study.camera.expired_code == "camera.doubtful"
    seen(study, "match", STUDIED_AT + timedelta(seconds=95), MARKS[3])
    study.camera.refresh_from_db()
    assert study.camera.expired_code == "camera.doubtful"  # a snapshot is not enough
    check(study, PASSED, STUDIED_AT + timedelta(seconds=100))
    study.camera.refresh_from_db()
    assert study.camera.expired_code == ""


def test_a_picture_in_which_nothing_moves_needs_a_new_check(study: Study) -> None:
    still = [f"{(1 << 200) | (0b11111 << (6 * n)):064x}" for n in range(5)]  # ten bits apart: somebody breathes
    frozen = [f"{(1 << 100) | (0b111 << (3 * (n % 2))):064x}" for n in range(5)]  # six bits: the sensor's noise
    for number, mark in enumerate(still):
        seen(study, "match", STUDIED_AT + timedelta(seconds=30 + 60 * number), mark)
    study.camera.refresh_from_db()
    assert study.camera.expired_code == ""
    for number, mark in enumerate(frozen):
        seen(study, "match", STUDIED_AT + timedelta(seconds=400 + 60 * number), mark)
        study.camera.refresh_from_db()
        assert study.camera.expired_code == ("camera.still" if number == 4 else "")


def test_missed_checks_are_made_up_three_times_then_a_face_check_is_due(study: Study) -> None:
    at = STUDIED_AT + timedelta(seconds=30)
    for number in range(3):
        seen(study, "no_face", at)
        seen(study, "match", at + timedelta(seconds=20), MARKS[number])
        study.camera.refresh_from_db()
        assert study.camera.expired_code == "", number
        at += timedelta(seconds=60)
    seen(study, "no_face", at)
    seen(study, "match", at + timedelta(seconds=20), MARKS[5])
    study.camera.refresh_from_db()
    assert study.camera.expired_code == "camera.no_face"
    check(study, PASSED, at + timedelta(seconds=30))
    study.camera.refresh_from_db()
    assert (study.camera.expired_code, study.camera.resumes) == ("", 0)


def test_the_session_taken_to_another_browser_needs_a_check_there(study: Study) -> None:
    at = STUDIED_AT + timedelta(seconds=30)
    same = supervision.note_return(study.camera, device="", user_agent=study.camera.user_agent, at=at)
    assert same.expired_code == ""
    other = supervision.note_return(study.camera, device="", user_agent="curl/8", at=at)
    assert (other.expired_code, other.verified_until) == ("camera.new_device", at)
    assert study.beat(at=at + timedelta(seconds=10)).credit_ms == 10_000
    assert study.beat(at=at + timedelta(seconds=20)).credit_ms == 0


def test_a_lesson_asks_for_its_own_snapshot_within_what_it_has_left(study: Study) -> None:
    camera = CameraSession.objects.get(pk=study.camera.pk)
    left = (camera.look_by - STUDIED_AT).total_seconds()
    assert 270 <= left <= 2160
    seen(study, "match", STUDIED_AT + timedelta(seconds=100))
    assert CameraSession.objects.get(pk=camera.pk).look_by is None
