"""The exam before the camera: a face check first, evidence during it, and only a person takes a pass away."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from exams import looks, services
from exams.errors import AlreadyLookedAt, FaceCheckNeeded, NoReason, NotIndependent
from exams.models import Attempt, Supervision
from exams.rules import ExamRules, Watched, findings_of
from learning.models import ExamState
from learning.review.retention import due_evidence
from proctoring import attesting, supervision
from proctoring.models import CameraSession
from proctoring.outcomes import Sighting
from proctoring.services import give_consent
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.exam import answer, before_the_camera, begin, make_bank, make_ready
from tests.support.people import make_user
from tests.support.staff import give_photos, picture, staff_client
from tests.support.study import Study

FULL = pytest.mark.full
pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        make_bank()
        yield make_ready(lingzhu)


def look(camera: CameraSession, outcome: str, at: Any) -> None:
    camera.refresh_from_db()
    seen = Sighting(outcome, "dlib", 0.3)
    supervision.record_snapshot(camera, seen, picture=picture(), requested_at=at, at=at)


def passed(ready: Study, *outcomes: str, minutes: int = 30) -> Attempt:
    """An attempt of that length with all answers right; one snapshot every four minutes."""
    at = now() - timedelta(minutes=minutes)
    attempt = begin(ready.enrolment, by=ready.user, at=at)
    camera = attempt.watches.get().camera_session
    for number, outcome in enumerate(outcomes, 1):
        look(camera, outcome, at + timedelta(minutes=4 * number))
    answer(attempt, right=50, at=at + timedelta(minutes=minutes - 1))
    return services.submit(attempt, by=ready.user, at=at + timedelta(minutes=minutes))


def exam_state(ready: Study) -> str:
    ready.enrolment.refresh_from_db()
    return ready.enrolment.exam_state


@pytest.mark.parametrize("why", ["none", "of study", "expired", "closed", "of somebody else"])
def test_without_a_face_check_there_is_no_paper(why: str, ready: Study, lingzhu: Any) -> None:
    camera, at = before_the_camera(ready.enrolment, at=now()), now()
    changed = {
        "of study": {"purpose": "study"},
        "expired": {"verified_until": at},
        "closed": {"closed_at": at},
        "of somebody else": {"user": make_user()},
    }.get(why)
    if changed:
        CameraSession.objects.filter(pk=camera.pk).update(**changed)
    camera.refresh_from_db()
    with pytest.raises(FaceCheckNeeded):
        services.start_attempt(ready.enrolment, by=ready.user, at=at, camera=None if why == "none" else camera)
    assert not Attempt.objects.exists()


def test_a_quiet_exam_counts_at_once(ready: Study) -> None:
    attempt = passed(ready, *["match"] * 7)
    assert (attempt.supervision, attempt.findings["codes"], exam_state(ready)) == ("clear", [], ExamState.PASSED)
    camera = attempt.watches.get().camera_session
    assert camera.closed_at == attempt.graded_at  # the camera is over with the paper
    assert attempt.findings["matches"] == 7


def test_answers_are_kept_while_nobody_is_seen_and_a_person_decides(ready: Study, lingzhu: Any) -> None:
    attempt = passed(ready, "match", "no_face")  # from the 8th of 30 minutes on
    assert (attempt.score, attempt.passed) == (100, True)
    assert (attempt.supervision, attempt.findings["codes"]) == ("look", ["unseen"])
    assert attempt.findings["unseen_s"] == pytest.approx(22 * 60, abs=2)
    assert exam_state(ready) == ExamState.OPEN  # neither lost nor counted yet
    later = now() + timedelta(days=400)
    doubtful = looks.sittings_in_doubt()
    assert doubtful == [attempt.watches.get().camera_session_id]
    assert due_evidence("snapshot", at=later) == doubtful  # by its day alone; kept because somebody has still to look
    assert due_evidence("snapshot", at=later, needed=doubtful) == []
    reviewer = make_user("林审")
    accepted = looks.accept_attempt(attempt, by=reviewer, at=now())
    assert exam_state(ready) == ExamState.PASSED
    assert ready.enrolment.exam_passed_at == accepted.submitted_at
    with pytest.raises(AlreadyLookedAt):
        looks.void_attempt(attempt, reason="晚了", by=reviewer, at=now())
    assert Entry.objects.filter(action="exam.accepted", actor=reviewer).count() == 1


def test_somebody_else_in_the_exam_is_evidence_and_only_a_person_voids(ready: Study) -> None:
    attempt = passed(ready, "mismatch", "two_faces")
    assert attempt.findings["codes"] == ["mismatch", "several", "incident", "unseen"]
    with pytest.raises(NoReason):
        looks.void_attempt(attempt, reason="  ", by=make_user(), at=now())
    with pytest.raises(NotIndependent):
        looks.void_attempt(attempt, reason="自己", by=ready.user, at=now())
    voided = looks.void_attempt(attempt, reason="他人代考", by=make_user("林审"), at=now())
    assert (voided.passed, voided.score, voided.supervision) == (False, 100, Supervision.VOIDED)
    assert exam_state(ready) == ExamState.OPEN
    again = begin(ready.enrolment, by=ready.user, at=now())  # hours untouched, the exam may be taken again
    assert again.number == 2


def test_one_may_take_it_again_instead_of_waiting(ready: Study) -> None:
    first = passed(ready, "no_face")
    second = passed(ready, *["match"] * 7)
    assert (first.supervision, second.supervision, second.number) == ("look", "clear", 2)
    assert exam_state(ready) == ExamState.PASSED
    assert not looks.waiting_looks().exists()  # nobody has to look at the first any more


def test_a_page_loaded_again_goes_on_under_the_same_camera(ready: Study, lingzhu: Any, trainee_client: Any) -> None:
    give_photos(ready.user, lingzhu)
    attempt = begin(ready.enrolment, by=ready.user, at=now())
    client, url = trainee_client(lingzhu, ready.user), f"/exam/{ready.enrolment.uuid}/camera/"
    camera = attempt.watches.get().camera_session
    assert client.post(url).json()["uuid"] == str(camera.uuid)
    give_consent(ready.user, lingzhu, by=ready.user, at=now())
    supervision.close_camera_session(camera, by=ready.user, at=now())
    other = client.post(url).json()["uuid"]
    assert other != str(camera.uuid)
    assert [str(u) for u in attempt.watches.values_list("camera_session__uuid", flat=True)] == [str(camera.uuid), other]


def test_the_room_leads_to_the_check_and_the_paper_opens_after_it(
    ready: Study, lingzhu: Any, trainee_client: Any
) -> None:
    give_photos(ready.user, lingzhu)
    give_consent(ready.user, lingzhu, by=ready.user, at=now())
    client, home = trainee_client(lingzhu, ready.user), f"/exam/{ready.enrolment.uuid}/"
    page = client.get(home).content.decode()
    assert f'href="{home}room/"' in page
    assert "识别通过后开始考核" in client.get(f"{home}room/").content.decode()
    refused = client.post(
        f"{home}begin/", "{}", content_type="application/json", headers={"accept": "application/json"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "exam.face_check")
    camera = before_the_camera(ready.enrolment, at=now())
    body = json.dumps({"camera": str(camera.uuid)})
    opened = client.post(f"{home}begin/", body, content_type="application/json")
    paper = client.get(opened.json()["paper"]).content.decode()
    assert "data-camera-room" in paper
    assert "exams/room" in paper


def test_the_console_shows_the_evidence_and_the_reviewer_decides(
    ready: Study, association: Any, in_tenant: Any
) -> None:
    attempt = passed(ready, "match", "mismatch")
    reviewer = staff_client(association, Role.HOURS_REVIEWER)
    listed = reviewer.get("/admin/console/exams/").content.decode()
    assert ready.user.name in listed
    assert "照片中是他人" in listed
    case = reviewer.get(f"/admin/console/exams/{attempt.uuid}/").content.decode()
    assert case.count("/camera/evidence/snapshot/") == 2
    assert reviewer.post(f"/admin/console/exams/{attempt.uuid}/", {"void": "1"}).status_code == 400
    answer = reviewer.post(f"/admin/console/exams/{attempt.uuid}/", {"void": "1", "reason": "抓拍为他人"})
    assert answer.status_code == 302
    attempt.refresh_from_db()
    assert (attempt.supervision, attempt.look_note, attempt.looked_by) == ("voided", "抓拍为他人", reviewer.user)
    auditor = staff_client(association, Role.AUDITOR, "周计")
    assert auditor.post(f"/admin/console/exams/{attempt.uuid}/", {"accept": "1"}).status_code == 403


def test_the_console_names_who_attested_an_exam_in_the_classroom(ready: Study, lingzhu: Any, association: Any) -> None:
    at = now() - timedelta(minutes=40)
    attesting.attest_start(ready.user, lingzhu, by=make_user("何敏"), at=at, room="301 机房")
    camera = attesting.open_attested_session(ready.user, lingzhu, "exam", at=at)
    attempt = services.start_attempt(ready.enrolment, by=ready.user, at=at, camera=camera)
    answer(attempt, right=50, at=at + timedelta(minutes=20))
    services.submit(attempt, by=ready.user, at=at + timedelta(minutes=21))
    case = staff_client(association, Role.HOURS_REVIEWER).get(f"/admin/console/exams/{attempt.uuid}/").content.decode()
    assert "何敏" in case
    assert "301 机房" in case


@pytest.mark.parametrize(
    ("watched", "codes"),
    [
        (Watched(3600), []),
        (Watched(3600, unseen_s=360), []),
        (Watched(3600, unseen_s=361), ["unseen"]),
        (Watched(60, unseen_s=60), []),
        (Watched(60, unseen_s=61), ["unseen"]),
        (Watched(600, nobody=3, doubtful=2), []),
        (Watched(600, mismatches=1, several=1, incidents=1), ["mismatch", "several", "incident"]),
        (Watched(600, attested=True), ["attested"]),
    ],
)
def test_which_attempts_a_person_looks_at(watched: Watched, codes: list[str]) -> None:
    assert findings_of(watched, ExamRules()) == codes


@pytest.mark.parametrize(
    "face", ["obama", *[pytest.param(one, marks=pytest.mark.full) for one in ("astronaut", "biden")]]
)
def test_the_demos_people_are_seen_at_their_exams(face: str, ready: Study, lingzhu: Any) -> None:
    """Two exams one after the other, with the demo's faces: nothing for a reviewer."""
    from random import Random

    from demo import likeness, replay
    from proctoring import queries
    from proctoring.services import confirm_profile, save_photo

    user, at = ready.user, now() - timedelta(hours=3)
    give_consent(user, lingzhu, by=user, at=at)
    for kind, photo in (("id_photo", likeness.id_photo(face)), ("portrait", likeness.portrait(face))):
        assert save_photo(user, lingzhu, kind, photo, by=user, at=at, look=replay.measured_still).saved
    confirm_profile(queries.profile_of(user), by=make_user(), institution=lingzhu, at=at)
    learner = replay.Learner(ready.enrolment, face, Random(7))
    for _exam in range(2):
        camera, begun = replay.before_the_exam(learner, at)
        attempt = services.start_attempt(ready.enrolment, by=user, at=begun, camera=camera)
        at = replay.during_the_exam(learner, camera, begun, minutes=25)
        attempt = services.submit(attempt, by=user, at=at)
        assert (attempt.supervision, attempt.findings["codes"]) == ("clear", [])
        assert attempt.findings["matches"] >= 5
