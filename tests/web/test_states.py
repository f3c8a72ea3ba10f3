"""Suspended, resumed, closed: what visitors, trainees, staff and sockets meet, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from learning.models import EndReason
from proctoring.models import CameraSession
from tenants import states
from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tenants.models import Institution, State
from tenants.roles.roles import Role
from tests.support import people
from tests.support.certified import publish_rules
from tests.support.doors import browser_at, captcha, is_in
from tests.support.pages import seed
from tests.support.staff import staff_client
from tests.support.study import Study, make_study, postgres_now

pytestmark = pytest.mark.django_db
REASON = "收费与公示不符，责令整改"


@pytest.fixture
def admin(association: Any) -> Client:
    return staff_client(association, Role.SUPERADMIN)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Study:
    with in_tenant(lingzhu):
        made = make_study(lingzhu)
        made.open_camera(at=postgres_now() - timedelta(minutes=2))
        made.open(at=postgres_now())
    return made


def change(admin: Client, institution: Any, state: str, reason: str = REASON) -> Any:
    return admin.post(
        f"/admin/console/institutions/{institution.uuid}/state/", {"state": state, "reason": reason}, follow=True
    )


def close(admin: Client, institution: Any) -> None:
    change(admin, institution, "suspended")
    change(admin, institution, "closed", "机构申请注销")


def test_suspending_needs_a_reason_and_an_admin(association: Any, admin: Client, lingzhu: Any) -> None:
    assert change(staff_client(association, Role.AUDITOR), lingzhu, "suspended").status_code == 403
    answer = change(admin, lingzhu, "suspended", " ")
    assert answer.status_code == 400
    assert "请用一句话说明原因" in answer.content.decode()
    lingzhu.refresh_from_db()
    assert lingzhu.state == "approved"
    assert change(admin, lingzhu, "suspended").status_code == 200
    lingzhu.refresh_from_db()
    assert (lingzhu.state, lingzhu.state_reason) == ("suspended", REASON)
    entry = Entry.objects.get(action="institution.state")
    assert entry.data == {"was": "approved", "now": "suspended", "reason": REASON}


def test_the_suspended_site_shows_a_notice_without_the_reason(admin: Client, association: Any, lingzhu: Any) -> None:
    Institution.objects.filter(pk=association.pk).update(phone="020-83330000")
    change(admin, lingzhu, "suspended")
    visitor = Client(headers={"host": lingzhu.host})
    for path in ("/", "/my/", "/study/", "/exam/", "/fees/"):
        answer = visitor.get(path)
        page = answer.content.decode()
        assert answer.status_code == 503, path
        assert "本机构暂停培训服务" in page
        assert "020-83330000" in page
        assert REASON not in page


def test_staff_of_a_suspended_institution_get_in_after_a_wrong_password(lingzhu: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER).user
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state="suspended")
    browser = browser_at(lingzhu)
    assert browser.post("/signin/", {"account": manager.phone, "password": "wrong"}).status_code == 400
    page = browser.get("/signin/")
    picture = browser.get(f"/captcha/image/{captcha(page)['captcha_0']}/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert browser.get("/captcha/refresh/").status_code == 200
    assert is_in(browser.post("/signin/", {"account": manager.phone, "password": "Zhuxue2026"} | captcha(page)))
    assert b"captcha_1" in browser.get("/signin/forgotten/").content


def test_the_managers_are_told_by_sms_each_time(admin: Client, lingzhu: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER).user
    staff_client(lingzhu, Role.REGISTRAR, "教务")
    change(admin, lingzhu, "suspended")
    change(admin, lingzhu, "approved", "整改完成")
    close(admin, lingzhu)
    told = [(sms.user, sms.template) for sms in Sms.objects.order_by("id")]
    templates = ("institution_suspended", "institution_resumed", "institution_suspended", "institution_closed")
    assert told == [(manager, template) for template in templates]
    assert all(REASON not in sms.text for sms in Sms.objects.all())


def test_live_study_and_cameras_end_and_what_was_counted_stays(
    admin: Client, lingzhu: Any, study: Study, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        study.beat()
        counted = study.credited_ms()
    change(admin, lingzhu, "suspended")
    with in_tenant(lingzhu):
        study.session.refresh_from_db()
        assert study.session.end_reason == EndReason.SUSPENDED
        refused = study.beat()
        assert (refused.accepted, refused.refusal) == (False, "suspended")
        assert study.credited_ms() == study.span_ms() == counted
        assert not CameraSession.objects.filter(closed_at=None).exists()


def test_nothing_can_be_begun_at_a_suspended_institution(
    admin: Client, lingzhu: Any, study: Study, in_tenant: Any
) -> None:
    from exams.services import start_attempt
    from learning.services import enrol
    from proctoring.supervision import open_camera_session

    change(admin, lingzhu, "suspended")
    at, user = postgres_now(), study.user
    with in_tenant(lingzhu):
        camera = study.open_camera(at=at)
        for begin in (
            lambda: study.open(at=at),
            lambda: open_camera_session(user, lingzhu, "study", at=at),
            lambda: start_attempt(study.enrolment, by=user, at=at),
        ):
            with pytest.raises(states.NotLive):
                begin()
        assert camera.closed_at is None  # made by the test itself
        publish_rules(closes_on="2099-12-31")
        number, year = study.enrolment.post_certificate.number, study.enrolment.year
        with pytest.raises(states.NotLive):
            enrol(institution=lingzhu, user=user, certificate_number=number, year=year, free=True, by=user, at=at)


def test_a_row_held_since_before_the_suspension_opens_nothing(admin: Client, study: Study, in_tenant: Any) -> None:
    """A view that read the institution while it was open does not decide by what it remembers."""
    held = study.enrolment.institution
    change(admin, held, "suspended")
    assert held.state == "approved"
    with in_tenant(held), pytest.raises(states.NotLive):
        study.open(at=postgres_now())


def test_other_institutions_go_on(admin: Client, lingzhu: Any, jiangxin: Any, study: Study, in_tenant: Any) -> None:
    change(admin, jiangxin, "suspended")
    with in_tenant(lingzhu):
        assert study.beat().accepted
    seed(lingzhu)
    assert Client(headers={"host": lingzhu.host}).get("/").status_code == 200


def test_staff_of_a_suspended_institution_look_and_change_nothing(admin: Client, lingzhu: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    change(admin, lingzhu, "suspended")
    assert manager.get("/admin/desk/brand/").status_code == 200
    answer = manager.post("/admin/desk/brand/", {"brand_main": "#000000", "brand_accent": "#000000"})
    lingzhu.refresh_from_db()
    assert (answer.status_code, lingzhu.brand_main) == (403, "#0b6b4f")


def test_an_institution_resumes_as_it_was(admin: Client, lingzhu: Any, study: Study, in_tenant: Any) -> None:
    seed(lingzhu)
    change(admin, lingzhu, "suspended")
    change(admin, lingzhu, "approved", "整改完成")
    assert Client(headers={"host": lingzhu.host}).get("/").status_code == 200
    with in_tenant(lingzhu):
        study.open_camera(at=postgres_now())
        assert study.open(at=postgres_now()).ended_at is None


def test_a_closed_institution_answers_410_and_says_where_to_go(
    admin: Client, association: Any, lingzhu: Any, settings: Any
) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    close(admin, lingzhu)
    for path in ("/", "/my/", "/signin/", "/admin/"):
        answer = manager.get(path)
        assert answer.status_code == 410, path
        assert "已终止培训" in answer.content.decode()
        assert f"{settings.PORTAL_URL}/" in answer.content.decode()
    assert manager.get("/brand.css").status_code == 200


def test_closing_is_for_good_and_needs_a_suspension_first(admin: Client, lingzhu: Any) -> None:
    answer = change(admin, lingzhu, "closed")
    assert answer.status_code == 400
    assert Institution.objects.get(pk=lingzhu.pk).state == "approved"
    close(admin, lingzhu)
    change(admin, lingzhu, "approved")
    assert Institution.objects.get(pk=lingzhu.pk).state == "closed"
    with pytest.raises(states.CannotChangeState):
        states.change_state(lingzhu, State.APPROVED, reason="x", by=None, at=people.BEFORE)


def test_the_portal_lists_open_institutions_only_and_keeps_the_trainees_records(
    admin: Client, association: Any, lingzhu: Any, jiangxin: Any, study: Study, trainee_client: Any
) -> None:
    seed(association)
    visitor = Client(headers={"host": association.host})
    assert lingzhu.name in visitor.get("/institutions/").content.decode()
    close(admin, lingzhu)
    page = visitor.get("/institutions/").content.decode()
    assert lingzhu.name not in page
    assert jiangxin.name in page
    centre = trainee_client(association, study.user).get("/my/")
    assert centre.status_code == 200
    assert study.enrolment.position.name in centre.content.decode()
    assert "该机构已终止培训" in centre.content.decode()
    assert "继续学习" not in centre.content.decode()


def test_two_decisions_at_once_leave_one_state_and_a_sentence(admin: Client, lingzhu: Any) -> None:
    change(admin, lingzhu, "suspended")
    answer = change(admin, lingzhu, "suspended")
    assert answer.status_code == 400
    assert "其他人刚改过这家机构的状态" in answer.content.decode()
