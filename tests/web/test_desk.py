"""An institution's desk: profiles, enrolments, staff."""

from __future__ import annotations

from datetime import date

import pytest

from tenants.roles.roles import Role
from tests.support import people
from tests.support.certified import publish_rules
from tests.support.staff import give_photos, queries_of, staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrar(lingzhu):
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def waiting(lingzhu, in_tenant):
    with in_tenant(lingzhu):
        return give_photos(people.make_user("简志华"), lingzhu, state="waiting", distance=0.46)


def profile_page(profile):
    return f"/admin/desk/profiles/{profile.uuid}/"


def state_of(profile, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        profile.refresh_from_db()
    return profile.state


def test_the_dashboard_says_what_waits_and_how_many(registrar, lingzhu, in_tenant, waiting):
    with in_tenant(lingzhu):
        make_study(lingzhu, admitted=False)
    page = registrar.get("/admin/").content.decode()
    assert "何敏，今天有 2 件事" in page
    assert "资料确认" in page
    assert "确认报名" in page


def test_a_clerk_sees_both_photos_the_distance_and_no_full_number(registrar, waiting):
    page = registrar.get(profile_page(waiting)).content.decode()
    assert page.count("/camera/evidence/photo/") == 2
    assert "0.46：不太像（≤ 0.42 为同一人），请仔细看" in page
    assert waiting.user.id_number not in page
    assert waiting.user.phone not in page


def test_a_profile_counts_only_after_the_clerk_says_the_card_was_seen(registrar, waiting, lingzhu, in_tenant):
    assert registrar.post(profile_page(waiting), {"confirm": "1"}).status_code == 400
    assert state_of(waiting, lingzhu, in_tenant) == "waiting"
    assert registrar.post(profile_page(waiting), {"confirm": "1", "seen": "on"}).status_code == 302
    assert state_of(waiting, lingzhu, in_tenant) == "confirmed"
    assert waiting.confirmed_by_id == registrar.user.pk


def test_a_rejected_profile_carries_the_sentence_the_trainee_reads(registrar, waiting, lingzhu, in_tenant):
    assert registrar.post(profile_page(waiting), {"reject": "1", "reason": ""}).status_code == 400
    registrar.post(profile_page(waiting), {"reject": "1", "reason": "证件照反光，请重拍。"})
    assert state_of(waiting, lingzhu, in_tenant) == "rejected"
    assert waiting.rejected_reason == "证件照反光，请重拍。"


def test_a_read_only_role_gets_403_with_a_sentence(lingzhu, waiting):
    viewer = staff_client(lingzhu, Role.VIEWER)
    for answer in (
        viewer.get("/admin/desk/profiles/"),
        viewer.post(profile_page(waiting), {"confirm": "1", "seen": "on"}),
    ):
        assert answer.status_code == 403
        assert "工作需要时，请向本机构的管理员申请。" in answer.content.decode()


def test_another_institutions_profile_does_not_exist_here(jiangxin, waiting):
    assert staff_client(jiangxin, Role.MANAGER).get(profile_page(waiting)).status_code == 404


def test_the_association_has_no_desk(association):
    assert staff_client(association, Role.SUPERADMIN).get("/admin/desk/enrolments/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_as_many_queries_with_one_row_as_with_three(registrar, lingzhu, in_tenant, rows):
    with in_tenant(lingzhu):
        plan = None
        for _ in range(rows):
            study = make_study(lingzhu, admitted=False)
            plan = plan or study.enrolment.plan
            study.enrolment.plan = plan
            study.enrolment.save(update_fields=["plan"])
            give_photos(study.user, lingzhu, state="waiting")
    assert queries_of(registrar, "/admin/desk/profiles/")[0] == 16
    queries, page = queries_of(registrar, "/admin/desk/enrolments/")
    assert (queries, page.count("<span>已核对证件</span>")) == (19, rows)


def test_an_enrolment_is_confirmed_then_paid(registrar, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        enrolment = make_study(lingzhu, admitted=False).enrolment
    step = f"/admin/desk/enrolments/{enrolment.uuid}/"
    receipt = {"amount": "280", "on": "2026-01-08", "way": "cash"}
    for address, data, state in (
        (step, {"verb": "confirm", "seen": "on"}, "awaiting_payment"),
        (step, {"verb": "pay", "seen": "on"}, "awaiting_payment"),  # a payment wants day and way
        (step, {"verb": "withdraw", "seen": "on"}, "awaiting_payment"),
        (f"{step}detail/", {"verb": "pay"} | receipt, "admitted"),
    ):
        registrar.post(address, data)
        with in_tenant(lingzhu):
            enrolment.refresh_from_db()
        assert enrolment.admission == state


def a_holder(name="温志成"):
    """Somebody in the register of post certificates, with an account; a plan of this year is published."""
    from learning.services import create_plan, register_post_certificate
    from tenants.models import Institution

    publish_rules(closes_on="2099-12-31")
    Institution.objects.filter(schema_name="lingzhu").update(position_codes=[])
    user = people.make_user(name)
    position = make_position()
    register_post_certificate(
        number="粤建岗990001",
        id_number=user.id_number,
        name=name,
        position=position,
        issued_on=date(2017, 5, 4),
        by=None,
        at=people.BEFORE,
    )
    plan = create_plan(position, 2026, [], by=None, at=people.BEFORE)
    plan.published_at = people.BEFORE
    plan.save()
    return user


def test_enrolling_takes_number_and_name_and_the_register_fills_the_rest(registrar, lingzhu, in_tenant):
    from learning.models import Enrolment
    from tenants.accounts.models import User

    user = a_holder()
    who = {"id_number": user.id_number, "name": user.name}
    page = registrar.post("/admin/desk/enrolments/new/", who | {"look": "1"}).content.decode()
    assert "粤建岗990001" in page
    assert user.phone not in page
    data = who | {"enrol": "1", "certificate": "粤建岗990001", "year": "2026", "phone": "13999999999", "free": "on"}
    assert registrar.post("/admin/desk/enrolments/new/", data).status_code == 302
    with in_tenant(lingzhu):
        assert Enrolment.objects.get().user_id == user.pk
    after = User.objects.get(pk=user.pk)
    assert (after.phone, after.password) == (user.phone, user.password)


def test_a_wrong_name_is_refused_without_saying_whether_the_number_is_known(registrar, lingzhu):
    user = a_holder()
    known = registrar.post("/admin/desk/enrolments/new/", {"id_number": user.id_number, "name": "别人", "look": "1"})
    unknown = registrar.post(
        "/admin/desk/enrolments/new/", {"id_number": people.id_number(777), "name": "别人", "look": "1"}
    )
    sentence = "岗位证书库里没有与此号码和姓名一致的证书"
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()


def test_a_manager_gives_and_takes_a_role_by_id_number_and_name(lingzhu, in_tenant):
    from tenants.roles.queries import roles_of

    manager = staff_client(lingzhu, Role.MANAGER, "黎静")
    person = people.make_user("周振宇")
    wrong = manager.post("/admin/desk/staff/", {"id_number": person.id_number, "name": "周振", "role": "registrar"})
    assert wrong.status_code == 400
    manager.post("/admin/desk/staff/", {"id_number": person.id_number, "name": "周振宇", "role": "registrar"})
    with in_tenant(lingzhu):
        assert roles_of(person) == {"registrar"}
        membership = person.memberships.get()
    manager.post(f"/admin/desk/staff/{membership.pk}/remove/")
    with in_tenant(lingzhu):
        person.__dict__.pop("_roles_here", None)
        assert roles_of(person) == set()


def test_a_manager_cannot_give_a_role_of_the_association(lingzhu):
    manager = staff_client(lingzhu, Role.MANAGER)
    person = people.make_user("周振宇")
    data = {"id_number": person.id_number, "name": "周振宇", "role": "superadmin"}
    assert manager.post("/admin/desk/staff/", data).status_code == 400


def test_a_manager_cannot_lock_the_door_behind_themselves(lingzhu, in_tenant):
    manager = staff_client(lingzhu, Role.MANAGER)
    with in_tenant(lingzhu):
        mine = manager.user.memberships.get()
    manager.post(f"/admin/desk/staff/{mine.pk}/remove/")
    with in_tenant(lingzhu):
        assert manager.user.memberships.count() == 1


def test_somebody_with_a_passport_is_enrolled_by_its_number(registrar, lingzhu, in_tenant):
    """The register's holder, the account and the enrolment meet in the passport's own index."""
    from learning.models import Enrolment
    from learning.services import register_post_certificate
    from tenants.accounts.models import User

    a_holder()  # publishes rules, a plan and a position
    register_post_certificate(
        number="粤建岗990009", id_number="e1234 5678", name="Maria da Silva", position=make_position(),
        issued_on=date(2017, 5, 1), by=None, at=people.BEFORE,
    )  # fmt: skip
    who = {"id_number": "E12345678", "name": "Maria da Silva", "passport": "on"}
    asked = registrar.post("/admin/desk/enrolments/new/", who | {"look": "1"})
    assert asked.status_code == 400
    assert "请选择护照上的性别" in asked.content.decode()
    who["gender"] = "female"
    assert "粤建岗990009" in registrar.post("/admin/desk/enrolments/new/", who | {"look": "1"}).content.decode()
    data = who | {"enrol": "1", "certificate": "粤建岗990009", "year": "2026", "phone": "13999990009", "free": "on"}
    assert registrar.post("/admin/desk/enrolments/new/", data).status_code == 302
    person = User.objects.by_document("passport", "E12345678")
    assert (person.document_kind, person.gender) == ("passport", "female")
    with in_tenant(lingzhu):
        assert Enrolment.objects.filter(user=person, post_certificate__number="粤建岗990009").count() == 1
