"""Who works here: taken on by number and name, changed, removed; and what each role opens."""

from __future__ import annotations

import pytest
from django_tenants.utils import tenant_context

from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tenants.roles.queries import roles_of
from tenants.roles.roles import ASSOCIATION_ROLES, INSTITUTION_ROLES, Role
from tenants.roles.services import grant_role
from tests.support import people
from tests.support.second_factor import give_app
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db
DESK, CONSOLE = "/admin/desk/staff/", "/admin/console/staff/"


@pytest.fixture
def manager(lingzhu):
    return staff_client(lingzhu, Role.MANAGER, "黎静")


@pytest.fixture
def chief(association):
    return staff_client(association, Role.SUPERADMIN, "梁启明")


def wish(person, role: str = "registrar", **more: str) -> dict[str, str]:
    return {"id_number": person.id_number, "name": person.name, "role": role} | more


def roles_at(institution, user) -> set[str]:
    with tenant_context(institution):
        return roles_of(User.objects.get(pk=user.pk))


def membership(institution, user):
    with tenant_context(institution):
        return user.memberships.get()


def test_a_colleague_with_an_account_gets_the_role_and_keeps_phone_and_password(manager, lingzhu) -> None:
    person = people.make_user("周振宇")
    assert manager.post(DESK, wish(person, phone="13911112222")).status_code == 302
    assert roles_at(lingzhu, person) == {"registrar"}
    after = User.objects.get(pk=person.pk)
    assert (after.phone, after.password, after.is_superuser) == (person.phone, person.password, False)
    assert not Sms.objects.exists()


def test_somebody_new_gets_an_account_and_an_invitation(manager, lingzhu) -> None:
    number = people.id_number(601)
    data = {"id_number": number, "name": "方小燕", "role": "editor", "phone": "13911112222"}
    assert manager.post(DESK, data).status_code == 302
    person = User.objects.by_id_number(number)
    assert roles_at(lingzhu, person) == {"editor"}
    assert person.activated_at is None
    sms = Sms.objects.get()
    assert (sms.template, sms.phone) == ("staff_invited", "13911112222")
    assert sms.text.startswith("方小燕您好，岭筑建筑培训学校邀请您担任编辑。请打开lingzhu.test用身份证号登录")
    page = manager.get(DESK).content.decode()
    assert "从未登录" in page
    assert "未开启" in page


def test_without_a_phone_unknown_numbers_and_other_names_are_refused_in_the_same_words(manager) -> None:
    known = people.make_user("周振宇")
    other_name = manager.post(DESK, wish(known) | {"name": "周振"})
    unknown = manager.post(DESK, {"id_number": people.id_number(602), "name": "周振", "role": "registrar"})
    sentence = "用这个身份证号和姓名找不到可用的账号"
    assert [other_name.status_code, unknown.status_code] == [400, 400]
    assert sentence in other_name.content.decode()
    assert sentence in unknown.content.decode()
    assert f'value="{known.id_number}"' in other_name.content.decode(), "what was typed is kept"


def test_a_number_of_somebody_else_is_refused_neutrally_and_nobody_is_told(manager, lingzhu) -> None:
    known = people.make_user("周振宇")
    answer = manager.post(DESK, wish(known, phone="13911112222") | {"name": "周振"})
    assert answer.status_code == 400
    assert known.phone not in answer.content.decode()
    assert roles_at(lingzhu, known) == set()
    assert not Sms.objects.exists()


def test_a_closed_account_is_not_taken_on(manager, lingzhu) -> None:
    gone = people.make_user("周振宇", is_active=False)
    assert manager.post(DESK, wish(gone)).status_code == 400
    assert roles_at(lingzhu, gone) == set()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"id_number": "440106198503121111", "name": "方小燕", "role": "editor"}, "请"),
        ({"id_number": people.id_number(603), "name": "方小燕", "role": "editor", "phone": "123"}, "手机号"),
        ({"id_number": people.id_number(603), "name": "方小燕", "role": "superadmin"}, "superadmin"),
    ],
)
def test_bad_input_stands_at_its_field_and_keeps_what_was_typed(manager, data, sentence) -> None:
    answer = manager.post(DESK, data)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in text
    assert 'value="方小燕"' in text
    assert not User.objects.filter(name="方小燕").exists()


def test_a_role_is_changed_and_taken_away_and_both_are_recorded(manager, lingzhu) -> None:
    person = people.make_user("周振宇")
    manager.post(DESK, wish(person))
    row = membership(lingzhu, person)
    manager.post(f"{DESK}{row.pk}/role/", {"role": "editor"})
    assert roles_at(lingzhu, person) == {"editor"}
    manager.post(f"{DESK}{row.pk}/remove/")
    assert roles_at(lingzhu, person) == set()
    actions = list(Entry.objects.filter(subject_id=str(person.uuid)).order_by("id").values_list("action", flat=True))
    assert actions == ["role.granted", "role.changed", "role.revoked"]
    changed = Entry.objects.get(action="role.changed")
    assert (changed.actor_id, changed.institution_id) == (manager.user.pk, lingzhu.pk)
    assert changed.data == {"was": "registrar", "role": "editor"}


@pytest.mark.parametrize("role", ["superadmin", "auditor", "nobody", ""])
def test_a_manager_changes_nobody_into_staff_of_the_association(manager, lingzhu, role) -> None:
    person = people.make_user("周振宇")
    manager.post(DESK, wish(person))
    manager.post(f"{DESK}{membership(lingzhu, person).pk}/role/", {"role": role})
    assert roles_at(lingzhu, person) == {"registrar"}


def test_the_last_manager_stays_whoever_asks(manager, lingzhu) -> None:
    from tenants.roles.services import LastHead, change_role, remove_staff

    with tenant_context(lingzhu):
        row = manager.user.memberships.get()
        with pytest.raises(LastHead):
            remove_staff(row, by=None, at=people.BEFORE)
        with pytest.raises(LastHead):
            change_role(row, Role.VIEWER, by=None, at=people.BEFORE)
    for verb in ("remove", "role"):
        manager.post(f"{DESK}{row.pk}/{verb}/", {"role": "viewer"})
    assert roles_at(lingzhu, manager.user) == {"manager"}


def test_one_of_two_managers_removes_the_other_but_not_themselves(manager, lingzhu) -> None:
    other = staff_client(lingzhu, Role.MANAGER, "钟国栋")
    other.post(f"{DESK}{membership(lingzhu, other.user).pk}/remove/")
    assert roles_at(lingzhu, other.user) == {"manager"}
    manager.post(f"{DESK}{membership(lingzhu, other.user).pk}/remove/")
    assert roles_at(lingzhu, other.user) == set()
    assert other.get("/admin/").status_code == 302, "gone with the next request"


def test_a_row_of_another_institution_does_not_exist(manager, jiangxin) -> None:
    theirs = [staff_client(jiangxin, Role.MANAGER).user for _n in range(3)]
    with tenant_context(jiangxin):
        pks = [user.memberships.get().pk for user in theirs]
    assert {manager.post(f"{DESK}{pk + 100}/remove/").status_code for pk in pks} == {404}
    manager.post(f"{DESK}{max(pks)}/remove/")
    assert all(roles_at(jiangxin, user) == {"manager"} for user in theirs)


def test_the_list_says_who_has_a_second_factor_and_when_they_were_here(manager, lingzhu) -> None:
    give_app(manager.user)
    page = manager.get(DESK).content.decode()
    assert "已开启" in page
    assert manager.user.id_number not in page
    assert manager.user.phone not in page


def test_the_list_takes_as_many_queries_with_one_colleague_as_with_three(manager, lingzhu) -> None:
    def hired(name: str) -> None:
        with tenant_context(lingzhu):
            grant_role(people.make_user(name), Role.VIEWER, by=None, at=people.BEFORE)

    hired("同事甲")
    one, page = queries_of(manager, DESK)
    assert "同事甲" in page
    hired("同事乙")
    hired("同事丙")
    three, page = queries_of(manager, DESK)
    assert "同事丙" in page
    assert three == one


# --- the association ------------------------------------------------------------------------------------------------


def test_a_superadmin_takes_a_reviewer_on(chief, association) -> None:
    person = people.make_user("黎若棠")
    assert chief.post(CONSOLE, wish(person, "hours_reviewer")).status_code == 302
    assert roles_at(association, person) == {"hours_reviewer"}
    assert chief.post(CONSOLE, wish(person, "manager")).status_code == 400


@pytest.mark.parametrize("role", [role for role in ASSOCIATION_ROLES if role != Role.SUPERADMIN])
def test_only_superadmins_see_the_associations_staff(association, role) -> None:
    client = staff_client(association, role)
    for address in (CONSOLE, f"{CONSOLE}reset/"):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403


def test_a_superadmin_without_the_superuser_flag_reaches_every_screen_of_the_console(chief) -> None:
    assert chief.user.is_superuser is False
    for screen in ("institutions/", "rules/", "messages/", "questions/", "post-certificates/", "uploads/", "audit/"):
        assert chief.get(f"/admin/console/{screen}").status_code == 200, screen
    assert chief.get(CONSOLE).status_code == 200


def test_a_superadmin_resets_the_second_factor_of_a_manager_who_is_told(chief, manager, lingzhu) -> None:
    give_app(manager.user)
    assert manager.get("/admin/").status_code == 200
    data = {"id_number": manager.user.id_number, "name": "黎静", "reason": "手机丢失，视频核对身份证"}
    assert chief.post(f"{CONSOLE}reset/", data).status_code == 302
    assert manager.get("/admin/").headers["Location"].startswith("/signin/?next=")
    assert Sms.objects.get(template="second_factor_reset").user_id == manager.user.pk
    entry = Entry.objects.get(action="second_factor.reset")
    assert (entry.actor_id, entry.data) == (chief.user.pk, {"reason": "手机丢失，视频核对身份证"})


def test_no_superadmin_and_not_oneself_is_reset_in_the_console(chief, association) -> None:
    other = staff_client(association, Role.SUPERADMIN, "邝知远").user
    for user in (chief.user, other):
        give_app(user)
        answer = chief.post(f"{CONSOLE}reset/{user.uuid}/", {"reason": "手机丢失"})
        assert answer.status_code == 400
        assert "只能由运维人员在服务器上用命令重置" in answer.content.decode()
        assert user.authenticator.confirmed_at


def test_resetting_does_not_tell_who_is_known(chief) -> None:
    trainee = people.make_user("周振宇")
    answers = [
        chief.post(f"{CONSOLE}reset/", {"id_number": number, "name": "周振宇", "reason": "手机丢失"}).content.decode()
        for number in (trainee.id_number, people.id_number(777))
    ]
    assert all("没有身份证号和姓名与此一致的员工" in text for text in answers)


# --- role × screen --------------------------------------------------------------------------------------------------

MATRIX = {
    # screen: manager, editor, registrar, viewer
    "/admin/": (200, 200, 200, 200),
    "/admin/desk/profiles/": (200, 403, 200, 403),
    "/admin/desk/enrolments/": (200, 403, 200, 200),
    "/admin/desk/enrolments/new/": (200, 403, 200, 403),
    "/admin/desk/classes/": (200, 403, 200, 200),
    "/admin/desk/staff/": (200, 403, 403, 403),
    "/admin/desk/support/": (200, 403, 403, 403),
    "/admin/second-factor/": (200, 200, 200, 200),
    "/admin/images/": (200, 200, 302, 302),
    "/admin/documents/": (200, 200, 302, 302),
    "/admin/users/": (404, 404, 404, 404),
    "/admin/groups/": (404, 404, 404, 404),
}


@pytest.fixture
def seeded(lingzhu):
    from tests.support.pages import seed

    return seed(lingzhu)


@pytest.mark.parametrize("place", range(len(INSTITUTION_ROLES)), ids=[role.value for role in INSTITUTION_ROLES])
def test_each_role_opens_its_screens_and_no_others(lingzhu, seeded, place) -> None:
    client = staff_client(lingzhu, INSTITUTION_ROLES[place])
    found = {screen: client.get(screen).status_code for screen in MATRIX}
    assert found == {screen: answers[place] for screen, answers in MATRIX.items()}


@pytest.mark.parametrize(
    ("role", "may"), [("manager", True), ("editor", True), ("registrar", False), ("viewer", False)]
)
def test_only_editors_and_managers_edit_pages(lingzhu, seeded, role, may) -> None:
    client = staff_client(lingzhu, Role(role))
    answer = client.get(f"/admin/pages/{seeded.pk}/edit/")
    assert answer.status_code == (200 if may else 302)
    listed = client.get(f"/admin/pages/{seeded.pk}/")
    assert listed.status_code == (200 if may else 302)


def test_an_editor_finds_no_name_of_a_trainee_on_the_dashboard(lingzhu, in_tenant) -> None:
    from tests.support.study import make_study

    with in_tenant(lingzhu):
        trainee = make_study(lingzhu).user
    page = staff_client(lingzhu, Role.EDITOR).get("/admin/").content.decode()
    assert trainee.name not in page
    assert "待确认" not in page
