"""Nobody takes over another's account through a clerk: no input of staff shows or changes what an account holds."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from tenants.roles.roles import Role
from tests.support import people
from tests.support.certified import publish_rules
from tests.support.staff import give_photos, staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
NEW = "/admin/desk/enrolments/new/"
STAFF = "/admin/desk/staff/"
ATTACKER = "13999999999"


@pytest.fixture
def registrar(lingzhu):
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def manager(lingzhu):
    return staff_client(lingzhu, Role.MANAGER, "黎静")


@pytest.fixture
def plan(lingzhu):
    """A published plan of a position that the institution may teach."""
    from learning.services import create_plan
    from tenants.models import Institution

    publish_rules(closes_on="2099-12-31")
    Institution.objects.filter(pk=lingzhu.pk).update(position_codes=[])
    plan = create_plan(make_position(), 2026, [], by=None, at=people.BEFORE)
    plan.published_at = people.BEFORE
    plan.save()
    return plan


def in_register(id_number: str, name: str, number: str = "粤建岗990001") -> str:
    from learning.services import register_post_certificate

    register_post_certificate(
        number=number, id_number=id_number, name=name, position=make_position(), issued_on=date(2017, 5, 4),
        by=None, at=people.BEFORE,
    )  # fmt: skip
    return number


def held(user: Any) -> tuple[Any, ...]:
    """Everything of an account that a takeover would change."""
    from proctoring.models import FacePhoto
    from tenants.accounts.models import User
    from tenants.scopes import province_scope

    now_held = User.objects.get(pk=user.pk)
    with province_scope():
        photos = sorted(FacePhoto.objects.filter(profile__user=user).values_list("uuid", "frame", "replaced_at"))
    fields = ("name", "phone", "phone_index", "password", "email", "is_active", "is_superuser", "activated_at")
    return (*(getattr(now_held, name) for name in fields), now_held.id_number, photos)


def words(response: Any, *typed: str) -> str:
    """The page without what was typed, tokens and times."""
    text = response.content.decode()
    for value in typed:
        text = text.replace(value, "·")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|CSRF[^,}]*|csrf[^,}]*|\d\d:\d\d', "", text)


def test_enrolling_an_account_that_exists_brings_it_no_other_phone(registrar, lingzhu, plan, in_tenant):
    victim = people.make_user("温志成")
    with in_tenant(lingzhu):
        give_photos(victim, lingzhu)
    before = held(victim)
    who = {"id_number": victim.id_number, "name": victim.name}
    number = in_register(**who)
    looked = registrar.post(NEW, who | {"look": "1"})
    extra = {"phone": ATTACKER, "password": "111111", "email": "a@example.org", "photo": "x", "is_active": ""}
    enrolled = registrar.post(
        NEW, who | extra | {"enrol": "1", "certificate": number, "year": "2026", "free": "on"}, follow=True
    )
    for page in (looked, enrolled):
        assert page.status_code == 200
        for secret in (victim.phone, victim.phone[:3] + "****" + victim.phone[-4:], ATTACKER):
            assert secret not in page.content.decode()
    assert held(victim) == before
    assert not check_password("111111", held(victim)[3])


def test_a_new_person_gets_the_phone_that_was_typed_so_the_above_means_something(registrar, lingzhu, plan):
    from tenants.accounts.models import User

    number = people.id_number(801)
    register = in_register(number, "宋新")
    data = {
        "id_number": number,
        "name": "宋新",
        "enrol": "1",
        "certificate": register,
        "year": "2026",
        "free": "on",
        "phone": ATTACKER,
    }
    assert registrar.post(NEW, data).status_code == 302
    user = User.objects.by_id_number(number)
    assert (user.phone, user.activated_at, user.phone_verified_at) == (ATTACKER, None, None)


def test_a_number_with_an_account_and_one_without_are_looked_up_alike(registrar, plan):
    """The register alone is asked: whether somebody has an account changes neither answer nor work."""
    known, unknown = people.make_user("温志成").id_number, people.id_number(802)
    answers = []
    for number in (known, unknown):
        registrar.post(NEW, {"id_number": number, "name": "别人", "look": "1"})
        with CaptureQueriesContext(connection) as asked:
            answer = registrar.post(NEW, {"id_number": number, "name": "别人", "look": "1"})
        answers.append((answer.status_code, words(answer, number), len(asked)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_the_register_prefills_only_for_the_right_number_and_the_right_name(registrar, plan):
    number = in_register(people.id_number(803), "简志华")
    right = registrar.post(NEW, {"id_number": people.id_number(803), "name": "简志华", "look": "1"})
    assert number in right.content.decode()
    for who in (
        {"id_number": people.id_number(803), "name": "简志"},
        {"id_number": people.id_number(804), "name": "简志华"},
    ):
        assert number not in registrar.post(NEW, who | {"look": "1"}).content.decode()


def test_a_certificate_of_somebody_else_cannot_be_slipped_into_the_form(registrar, plan):
    from learning.models import Enrolment
    from tenants.scopes import province_scope

    others = in_register(people.id_number(805), "别人")
    in_register(people.id_number(806), "本人", "粤建岗990002")
    data = {"id_number": people.id_number(806), "name": "本人", "enrol": "1", "certificate": others, "year": "2026"}
    assert registrar.post(NEW, data | {"free": "on"}).status_code == 400
    with province_scope():
        assert not Enrolment.objects.exists()


def test_another_name_on_the_account_than_in_the_register_is_refused_neutrally(registrar, plan):
    victim = people.make_user("温志成")
    before = held(victim)
    number = in_register(victim.id_number, "温志城")
    data = {"id_number": victim.id_number, "name": "温志城", "enrol": "1", "certificate": number, "year": "2026"}
    answer = registrar.post(NEW, data | {"free": "on", "phone": ATTACKER})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "核对" in page
    assert victim.name not in page
    assert victim.phone not in page
    assert held(victim) == before


def test_giving_a_role_to_an_account_that_exists_changes_nothing_of_it(manager):
    victim = people.make_user("周振宇")
    before = held(victim)
    data = {"id_number": victim.id_number, "name": "周振宇", "role": "viewer", "phone": ATTACKER, "password": "111111"}
    page = manager.post(STAFF, data, follow=True).content.decode()
    assert "周振宇" in page
    assert victim.phone not in page
    assert held(victim) == before


def test_a_role_for_an_unknown_number_and_for_a_wrong_name_is_refused_alike(manager):
    known, unknown = people.make_user("周振宇").id_number, people.id_number(807)
    answers = []
    for number in (known, unknown):
        data = {"id_number": number, "name": "别人", "role": "viewer"}
        manager.post(STAFF, data)
        with CaptureQueriesContext(connection) as asked:
            answer = manager.post(STAFF, data)
        answers.append((answer.status_code, words(answer, number), len(asked)))
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][0] == 400
    assert abs(answers[0][2] - answers[1][2]) <= 1


def test_opening_an_institution_with_an_existing_person_as_manager_changes_nothing_of_them(association):
    from tenants.accounts.services import pre_register

    victim = people.make_user("苏国梁")
    before = held(victim)
    same = pre_register(
        id_number=victim.id_number, name=victim.name, phone=ATTACKER, by=None, institution=None, at=now()
    )
    assert same.pk == victim.pk
    assert held(victim) == before


def test_every_door_of_staff_registers_people_through_the_one_service_that_changes_nobody():
    """A second way to make or change accounts would have to keep the promise by itself: there is none."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    wanted = re.compile(r"\.set_phone\(|\.set_identity\(|\.set_password\(")
    found = {
        str(path.relative_to(root))
        for top in ("tenants", "proctoring", "learning", "exams", "certs", "cms")
        for path in (root / top).rglob("*.py")
        if wanted.search(path.read_text(encoding="utf-8"))
    }
    assert found <= MAY_WRITE.keys(), "who writes phone, number or password of an account, and for whom?"
    assert found >= MAY_WRITE.keys(), "stale entries"


# Who may write phone, number or password of an account, and why that is no takeover.
MAY_WRITE = {
    "tenants/accounts/models/people.py": "defines them",
    "tenants/accounts/services.py": "register new accounts only; set_own_password is the person's",
    "tenants/accounts/reset.py": "never used accounts only, and the code still goes to the registered phone",
    "tenants/accounts/registration.py": "a person registers themselves: new accounts only, the phone has answered",
    "tenants/accounts/phones.py": "change of phone: both numbers, the association, or a live face check",
    "tenants/accounts/data_requests.py": "correction decided by the association, and anonymisation",
}


class TestInitialPassword:
    """Back to the initial password at the desk."""

    @pytest.fixture
    def fresh(self, lingzhu, in_tenant):
        """Enrolled and never signed in, with some password that nobody knows."""
        with in_tenant(lingzhu):
            user = people.make_user("许新", activated_at=None, phone_verified_at=None, password="verloren2026")
            return make_study(lingzhu, user=user, admitted=False).enrolment

    def address(self, enrolment: Any) -> str:
        return f"/admin/desk/enrolments/{enrolment.uuid}/initial-password/"

    def test_somebody_who_never_signed_in_gets_it_again_and_an_sms_and_an_audit_row(self, registrar, lingzhu, fresh):
        from tenants.audit.models import Entry
        from tenants.messages.models import Sms

        user, phone = fresh.user, fresh.user.phone
        answer = registrar.post(self.address(fresh), {"reason": "忘了首次密码", "seen": "on"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/desk/enrolments/")
        user.refresh_from_db()
        assert check_password("111111", user.password)
        assert (user.phone, user.activated_at) == (phone, None)
        entry = Entry.objects.get(action="account.password_reset")
        assert (entry.actor_id, entry.subject_id, entry.institution_id) == (
            registrar.user.pk,
            str(user.uuid),
            lingzhu.pk,
        )
        assert entry.data == {"reason": "忘了首次密码"}
        sms = Sms.objects.get(template="password_reset")
        assert (sms.user_id, sms.phone) == (user.pk, phone)

    def test_it_opens_nothing_without_the_code_of_the_registered_phone(self, registrar, lingzhu, fresh):
        from django.test import Client

        registrar.post(self.address(fresh), {"reason": "忘了首次密码", "seen": "on"})
        visitor = Client(headers={"host": lingzhu.host})
        data = {"account": fresh.user.id_number, "password": "111111", "tab": "person"}
        assert visitor.post("/signin/", data).headers["Location"].startswith("/signin/first/")
        assert visitor.get("/my/").headers["Location"].startswith("/signin/")

    @pytest.mark.parametrize("state", ["in use", "closed", "without a phone"])
    def test_every_other_account_is_refused_in_one_sentence_and_stays_as_it_was(self, registrar, fresh, state):
        from tenants.accounts.models import User
        from tenants.audit.models import Entry

        values = {
            "in use": {"activated_at": people.BEFORE}, "closed": {"is_active": False},
            "without a phone": {"phone_index": ""},
        }[state]  # fmt: skip
        User.objects.filter(pk=fresh.user.pk).update(**values)
        before = held(fresh.user)
        answer = registrar.post(self.address(fresh), {"reason": "忘了密码", "seen": "on"})
        assert answer.status_code == 409
        assert "此账号不能在窗口恢复初始密码" in answer.content.decode()
        assert 'value="忘了密码"' in answer.content.decode()
        assert held(fresh.user) == before
        assert not Entry.objects.filter(action="account.password_reset").exists()

    def test_the_page_is_the_same_for_a_used_and_an_unused_account(self, registrar, fresh):
        from tenants.accounts.models import User

        unused = words(registrar.get(self.address(fresh)))
        User.objects.filter(pk=fresh.user.pk).update(activated_at=people.BEFORE)
        assert words(registrar.get(self.address(fresh))) == unused

    def test_it_takes_a_reason_and_the_clerks_word(self, registrar, fresh):
        before = held(fresh.user)
        answer = registrar.post(self.address(fresh), {"reason": ""})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert "请用一句话写明原因。" in page
        assert "请先核实是本人，再恢复。" in page
        assert held(fresh.user) == before

    @pytest.mark.parametrize(("role", "status"), [("manager", 200), ("editor", 403), ("viewer", 403)])
    def test_only_those_who_enrol_may_open_it(self, lingzhu, fresh, role, status):
        assert staff_client(lingzhu, Role(role)).get(self.address(fresh)).status_code == status

    def test_another_institutions_enrolment_does_not_exist(self, jiangxin, fresh):
        assert (
            staff_client(jiangxin, Role.MANAGER).post(self.address(fresh), {"reason": "x", "seen": "on"}).status_code
            == 404
        )

    def test_a_code_that_was_under_way_is_dead(self, registrar, lingzhu, fresh):
        from tenants.accounts.models import PhoneCode

        code = PhoneCode.objects.create(
            user=fresh.user, purpose="first", code_index="0", created_at=now(), expires_at=now().replace(year=2099)
        )
        registrar.post(self.address(fresh), {"reason": "忘了首次密码", "seen": "on"})
        code.refresh_from_db()
        assert code.used_at is not None


@pytest.mark.parametrize("state", ["incomplete", "waiting", "rejected", "confirmed"])
def test_a_profile_counts_at_no_door_before_a_clerk_has_seen_the_card(lingzhu, in_tenant, trainee_client, state):
    """Study, camera, exam: a double who enrols himself with both photos comes nowhere on day one."""
    from proctoring.models import CameraSession, Consent

    with in_tenant(lingzhu):
        study = make_study(lingzhu)
        profile = give_photos(study.user, lingzhu, state="waiting")
        profile.state = state
        profile.save()
        Consent.objects.create(user=study.user, institution=lingzhu, version="2026-01", given_at=people.BEFORE)
    client = trainee_client(lingzhu, study.user)
    room = client.get(f"/study/{study.enrolment.uuid}/").content.decode()
    opened = client.post(f"/study/{study.enrolment.uuid}/camera/", content_type="application/json")
    with in_tenant(lingzhu):
        cameras = CameraSession.objects.filter(user=study.user).count()
    exam = client.post(f"/exam/{study.enrolment.uuid}/")
    counts = state == "confirmed"
    assert (opened.status_code < 300, cameras) == (counts, int(counts))
    assert ("zx-room" in room or 'id="room"' in room or "data-room" in room or "room.js" in room) == counts
    assert exam.status_code != 302 or "/attempt/" not in exam.headers["Location"]


@pytest.mark.parametrize("how", ["new photos", "sent back by the clerk", "unconfirmed in the meantime"])
def test_a_sitting_under_way_does_not_go_on_with_photos_nobody_has_confirmed(
    lingzhu, in_tenant, make_user, cache_folder, how
):
    """Open the camera as oneself, then put a double's photos into the profile: nothing counts any more."""
    from pathlib import Path

    from proctoring import services
    from proctoring.consumers import load
    from proctoring.errors import ProfileIncomplete, SessionClosed
    from proctoring.examine import examine_locally
    from proctoring.models import CameraSession, FaceProfile
    from tests.tools.cameraman import confirmed_profile
    from tests.tools.clips import clips_of

    clips = clips_of(Path(__file__).parents[2] / "site" / "demo" / "faces" / "obama.jpg", cache_folder)
    user, clerk, at = make_user("何强"), make_user("何敏"), now()
    with in_tenant(lingzhu):
        profile = confirmed_profile(user, lingzhu, clips, at=at, clerk=clerk)
        session = services.open_camera_session(user, lingzhu, "study", at=at)
        assert load(session.uuid, user, at)[0] == session
        if how == "new photos":
            services.save_photo(user, lingzhu, "portrait", clips.portrait, by=user, at=at, look=examine_locally)
        elif how == "sent back by the clerk":
            services.reject_profile(profile, "证件照反光", by=clerk, institution=lingzhu, at=at)
        else:
            FaceProfile.objects.filter(pk=profile.pk).update(state="waiting")
        with pytest.raises((SessionClosed, ProfileIncomplete)):
            load(session.uuid, user, at)
        assert (CameraSession.objects.get(pk=session.pk).closed_at is not None) == (
            how != "unconfirmed in the meantime"
        )
        with pytest.raises(ProfileIncomplete):
            services.open_camera_session(user, lingzhu, "study", at=at)
