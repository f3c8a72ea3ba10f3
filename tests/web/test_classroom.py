"""The invigilated route: staff attest at the start and the end, time counts in between, the review sees it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from learning.review.evidence import evidence_of, facts_of
from learning.review.rules import ReviewRules, reasons_of
from proctoring import attesting
from proctoring.errors import CannotAttest, NotAttested
from proctoring.models import Attestation, CameraSession
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.exam import STUDIED_AT, make_bank, make_ready
from tests.support.people import make_user
from tests.support.staff import staff_client
from tests.support.study import BROWSER, Study, make_study

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield make_study(lingzhu, lengths_ms=(2_700_000,))


def sit_down(study: Study, at: Any) -> None:
    study.camera = attesting.open_attested_session(study.user, study.institution, "study", user_agent=BROWSER, at=at)
    study.open(at=at)
    study.beat(at=at)


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_time_counts_only_between_the_two_attestations(study: Study, lingzhu: Any) -> None:
    clerk, at = make_user("何敏"), STUDIED_AT
    with pytest.raises(NotAttested):
        attesting.open_attested_session(study.user, lingzhu, "study", at=at)
    attestation = attesting.attest_start(study.user, lingzhu, by=clerk, at=at, room="301 机房")
    assert attesting.attest_start(study.user, lingzhu, by=clerk, at=at + HOUR).pk == attestation.pk
    sit_down(study, at + timedelta(seconds=60))
    assert study.beat(at=at + timedelta(seconds=70)).credit_ms == 10_000
    attesting.attest_end(attestation, by=clerk, at=at + timedelta(seconds=75))
    assert study.beat(at=at + timedelta(seconds=80)).credit_ms == 5_000
    assert study.beat(at=at + timedelta(seconds=90)).credit_ms == 0
    with pytest.raises(NotAttested):
        attesting.open_attested_session(study.user, lingzhu, "study", at=at + timedelta(seconds=95))
    entries = list(Entry.objects.filter(action__startswith="attestation").order_by("pk"))
    assert [(e.action, e.actor_id) for e in entries] == [
        ("attestation.begun", clerk.pk),
        ("attestation.ended", clerk.pk),
    ]


def test_an_attestation_without_an_end_stops_by_itself_and_is_a_reason(study: Study, lingzhu: Any) -> None:
    clerk, at = make_user("何敏"), STUDIED_AT
    attesting.attest_start(study.user, lingzhu, by=clerk, at=at)
    sit_down(study, at + 4 * HOUR - timedelta(seconds=15))
    assert study.beat(at=at + 4 * HOUR - timedelta(seconds=5)).credit_ms == 10_000
    assert study.beat(at=at + 4 * HOUR + timedelta(seconds=5)).credit_ms == 5_000
    assert study.beat(at=at + 4 * HOUR + timedelta(seconds=15)).credit_ms == 0
    rules = ReviewRules()
    assert [r.code for r in reasons_of(facts_of(evidence_of(study.enrolment, rules), rules), rules)] == ["attested"]
    assert attesting.expire_attestations(at=at + 4 * HOUR + timedelta(minutes=1)) == 1
    assert attesting.expire_attestations(at=at + 5 * HOUR) == 0
    with pytest.raises(CannotAttest, match="已到期"):
        attesting.attest_end(Attestation.objects.get(), by=clerk, at=at + 5 * HOUR)
    reasons = reasons_of(facts_of(evidence_of(study.enrolment, rules), rules), rules)
    assert [(r.code, r.count, r.value) for r in reasons] == [("end_missing", 1, 0), ("attested", 1, 15)]
    again = attesting.attest_start(study.user, lingzhu, by=clerk, at=at + 6 * HOUR)
    assert again.until == at + 10 * HOUR


def test_nobody_vouches_for_themselves_or_in_two_classrooms(study: Study, lingzhu: Any, jiangxin: Any) -> None:
    clerk, at = make_user("何敏"), STUDIED_AT
    with pytest.raises(CannotAttest) as own:
        attesting.attest_start(study.user, lingzhu, by=study.user, at=at)
    assert own.value.code == "attestation.oneself"
    attesting.attest_start(study.user, lingzhu, by=clerk, at=at)
    with pytest.raises(CannotAttest) as elsewhere:
        attesting.attest_start(study.user, jiangxin, by=clerk, at=at)
    assert elsewhere.value.code == "attestation.elsewhere"


def test_the_desk_attests_a_whole_class_and_shows_both_ends(study: Study, lingzhu: Any) -> None:
    other = make_study(lingzhu, lengths_ms=(40_000,), year=2027)
    clerk = staff_client(lingzhu, Role.REGISTRAR)
    page = text_of(clerk.get("/admin/desk/classroom/"))
    assert study.user.name in page
    assert other.user.name in page
    chosen = {"people": [str(study.enrolment.uuid), str(other.enrolment.uuid)], "room": "301 机房"}
    text_of(clerk.post("/admin/desk/classroom/", {**chosen, "verb": "start"}, follow=True))
    assert not Attestation.objects.exists()  # not before the cards were compared
    page = text_of(clerk.post("/admin/desk/classroom/", {**chosen, "verb": "start", "seen": "1"}, follow=True))
    assert "已核验 2 人" in page
    assert Attestation.objects.filter(begun_by=clerk.user, room="301 机房", ended_at=None).count() == 2
    everybody = {"all": "1", "shown": chosen["people"], "verb": "start", "seen": "1"}
    assert "已核验 2 人" in text_of(clerk.post("/admin/desk/classroom/", everybody, follow=True))
    assert Attestation.objects.count() == 2  # pressed twice: the same two
    one = {"people": [str(study.enrolment.uuid)]}
    assert "已为 1 人核验结束" in text_of(clerk.post("/admin/desk/classroom/", {**one, "verb": "end"}, follow=True))
    page = text_of(
        clerk.post("/admin/desk/classroom/", {"people": [str(other.enrolment.uuid)], "verb": "left"}, follow=True)
    )
    assert "已登记 1 人提前离开" in page
    assert "已离开" in page
    assert dict(Attestation.objects.values_list("user", "present_at_end")) == {
        study.user.pk: True,
        other.user.pk: False,
    }
    reader = staff_client(lingzhu, Role.VIEWER, "周读")
    assert reader.post("/admin/desk/classroom/", {**one, "verb": "start", "seen": "1"}).status_code == 403


def test_without_a_profile_the_trainee_studies_in_the_classroom(
    study: Study, lingzhu: Any, trainee_client: Any
) -> None:
    client = trainee_client(lingzhu, study.user)
    home = f"/study/{study.enrolment.uuid}/"
    assert 'href="/camera/at-the-institution/"' in text_of(client.get(home))
    assert "我已在机房" in text_of(client.get("/camera/at-the-institution/"))
    assert client.get("/study/classroom/")["Location"] == f"{home}?classroom"
    assert "请向老师出示身份证" in text_of(client.get(f"{home}?classroom"))
    refused = client.post(f"{home}classroom/", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (409, "attestation.missing")
    attesting.attest_start(study.user, lingzhu, by=make_user("何敏"), at=now())
    assert "何敏" in text_of(client.get("/camera/at-the-institution/"))
    opened = client.post(f"{home}classroom/", headers={"accept": "application/json"})
    assert opened.status_code == 201
    session = CameraSession.objects.get(uuid=opened.json()["uuid"])
    assert session.verified_until == Attestation.objects.get().until
    begun = client.post(f"{home}session/", {"camera": str(session.uuid)}, content_type="application/json")
    assert begun.status_code == 201
    assert client.get(f"{home}classroom/state/").json()["attested"] is True


def test_an_exam_in_the_classroom_needs_no_camera_and_waits_for_a_look(
    lingzhu: Any, in_tenant: Any, trainee_client: Any
) -> None:
    from exams.models import Attempt

    with in_tenant(lingzhu):
        make_bank()
        ready = make_ready(lingzhu)
        client = trainee_client(lingzhu, ready.user)
        url = f"/exam/{ready.enrolment.uuid}/"
        assert "不用人脸识别，到机构参加考核" in text_of(client.get(url))
        assert client.post(url).status_code == 403
        attesting.attest_start(ready.user, lingzhu, by=make_user("何敏"), at=now())
        assert client.post(url).status_code == 302
        attempt = Attempt.objects.get()
        assert "老师已核验您的身份" in text_of(client.get(f"/exam/attempt/{attempt.uuid}/"))
        client.post(f"/exam/attempt/{attempt.uuid}/submit/")
        attempt.refresh_from_db()
        assert (attempt.supervision, attempt.findings["codes"]) == ("look", ["attested"])
