"""Support by the association: for a reason and a time, seen and ended by the institution."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from django_tenants.utils import tenant_context

from tenants.accounts import support
from tenants.accounts.models import SupportGrant
from tenants.audit.models import Entry
from tenants.roles.models import GroupMembership
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db
WHY = "报名列表打不开，协助排查"


@pytest.fixture
def chief(association):
    return staff_client(association, Role.SUPERADMIN, "梁启明")


@pytest.fixture
def helper(association):
    return staff_client(association, Role.AUDITOR, "邝知远")


@pytest.fixture
def manager(lingzhu):
    return staff_client(lingzhu, Role.MANAGER, "何秀英")


def address(institution) -> str:
    return f"/admin/console/institutions/{institution.uuid}/support/"


def opened(chief, institution, who, *, role: str = "viewer", minutes: int = 60) -> SupportGrant:
    data = {"person": who.user.uuid, "role": role, "minutes": minutes, "reason": WHY}
    assert chief.post(address(institution), data).status_code == 302
    return SupportGrant.objects.latest("id")


def gone_in(client, grant) -> Client:
    """Through the ticket onto the institution's host."""
    page = client.post(f"/admin/console/support/{grant.uuid}/enter/").content.decode()
    token = re.search(r'name="token" value="([\w-]+)"', page).group(1)
    inside = Client(headers={"host": grant.institution.host})
    inside.post("/signin/arrive/", {"token": token})
    return inside


def run_out(grant) -> None:
    """Let the grant look as if its time were up."""
    past = now() - timedelta(seconds=1)
    SupportGrant.objects.filter(pk=grant.pk).update(expires_at=past)
    with tenant_context(grant.institution):
        GroupMembership.objects.filter(user=grant.user_id).update(until=past)


def actions(grant) -> list[str]:
    rows = Entry.objects.filter(subject_id=str(grant.uuid)).order_by("id")
    return list(rows.values_list("action", flat=True))


def test_support_goes_in_with_the_role_and_the_institution_sees_who_and_why(chief, helper, manager, lingzhu) -> None:
    grant = opened(chief, lingzhu, helper)
    inside = gone_in(helper, grant)
    assert inside.get("/admin/desk/enrolments/").status_code == 200
    assert inside.get("/admin/desk/profiles/").status_code == 403, "read only by default"
    home = manager.get("/admin/").content.decode()
    assert f"协会支持人员 邝知远 可进入本机构后台，到 {_local(grant.expires_at)}" in home
    assert WHY in home
    listed = manager.get("/admin/desk/support/").content.decode()
    assert all(word in listed for word in ("邝知远", WHY, "进行中", "1 次"))
    assert "您正在代表协会支持本机构" in inside.get("/admin/").content.decode()
    assert actions(grant) == ["support.opened", "support.entered"]


def _local(at) -> str:
    from django.utils.timezone import localtime

    return f"{localtime(at):%H:%M}"


def test_each_entry_is_recorded_once_a_session(chief, helper, lingzhu) -> None:
    grant = opened(chief, lingzhu, helper)
    for _entry in range(2):
        inside = gone_in(helper, grant)
        inside.get("/admin/")
        inside.get("/admin/desk/enrolments/")
    assert actions(grant) == ["support.opened", "support.entered", "support.entered"]


def test_support_is_gone_with_the_first_request_after_its_time(chief, helper, lingzhu) -> None:
    grant = opened(chief, lingzhu, helper, role="manager")
    inside = gone_in(helper, grant)
    assert inside.get("/admin/desk/staff/").status_code == 200
    run_out(grant)
    assert inside.get("/admin/desk/staff/").status_code == 302
    with tenant_context(lingzhu):
        assert not GroupMembership.objects.filter(user=helper.user).exists()
    assert actions(grant)[-1] == "support.expired"


def test_a_role_that_has_run_out_is_removed_even_where_no_grant_knows_of_it(lingzhu) -> None:
    from tenants.roles.services import grant_role

    user = people.make_user("邝知远")
    with tenant_context(lingzhu):
        grant_role(user, Role.MANAGER, by=None, at=people.BEFORE, until=now() - timedelta(seconds=1))
    client = people.signed_in(user, lingzhu, second_factor=True)
    assert client.get("/admin/desk/staff/").status_code == 302
    with tenant_context(lingzhu):
        assert not GroupMembership.objects.filter(user=user).exists()


def test_the_sweeper_ends_what_nobody_looks_at_and_runs_twice_without_harm(chief, helper, lingzhu) -> None:
    from tenants.accounts.tasks import end_support

    grant = opened(chief, lingzhu, helper)
    run_out(grant)
    end_support()
    end_support()
    grant.refresh_from_db()
    assert (grant.ended_at, grant.ended_by) == (grant.expires_at, None)
    assert actions(grant) == ["support.opened", "support.expired"]
    with tenant_context(lingzhu):
        assert not GroupMembership.objects.filter(user=helper.user).exists()


@pytest.mark.parametrize("side", ["institution", "association"])
def test_either_side_ends_it_early(chief, helper, manager, lingzhu, side) -> None:
    grant = opened(chief, lingzhu, helper)
    inside = gone_in(helper, grant)
    assert inside.get("/admin/").status_code == 200
    if side == "institution":
        manager.post(f"/admin/desk/support/{grant.uuid}/end/")
    else:
        chief.post(f"/admin/console/support/{grant.uuid}/end/")
    assert inside.get("/admin/").status_code == 302
    who = manager.user if side == "institution" else chief.user
    assert f"{who.name}提前结束" in manager.get("/admin/desk/support/").content.decode()
    assert "协会支持人员" not in manager.get("/admin/").content.decode()


def test_without_a_second_factor_a_grant_opens_nothing(chief, helper, lingzhu) -> None:
    opened(chief, lingzhu, helper, role="manager")
    plain = people.signed_in(helper.user, lingzhu)
    assert plain.get("/admin/desk/staff/").headers["Location"].startswith("/signin/second/")


def test_support_is_never_a_superuser_there(chief, lingzhu, association) -> None:
    boss = people.make_user("郭守正", is_superuser=True)
    client = people.signed_in(boss, association, second_factor=True)
    client.user = boss
    inside = gone_in(client, opened(client, lingzhu, client))
    assert inside.get("/admin/desk/enrolments/").status_code == 200
    assert inside.get("/admin/desk/staff/").status_code == 403


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"minutes": 9999}, "一次支持最长 480 分钟"),
        ({"minutes": 0}, "一次支持最长 480 分钟"),
        ({"role": "superadmin"}, "superadmin"),
        ({"reason": "查"}, "请用一句话写明原因"),
        ({"reason": ""}, "请用一句话写明原因"),
    ],
)
def test_bad_input_is_answered_at_the_field(chief, helper, lingzhu, change, sentence) -> None:
    data = {"person": helper.user.uuid, "role": "viewer", "minutes": 30, "reason": WHY} | change
    answer = chief.post(address(lingzhu), data)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert not SupportGrant.objects.exists()


def test_only_a_superadmin_opens_support_and_only_for_the_associations_people(helper, manager, chief, lingzhu) -> None:
    assert helper.get(address(lingzhu)).status_code == 403
    assert helper.post(address(lingzhu)).status_code == 403
    stranger = {"person": manager.user.uuid, "role": "viewer", "minutes": 30, "reason": WHY}
    assert chief.post(address(lingzhu), stranger).status_code == 400
    with pytest.raises(support.NotSuperadmin):
        support.open_grant(
            helper.user, lingzhu, role=Role.VIEWER, reason=WHY, minutes=5, by=helper.user, at=people.BEFORE
        )
    with pytest.raises(support.CannotSupport):
        support.open_grant(
            manager.user, lingzhu, role=Role.VIEWER, reason=WHY, minutes=5, by=chief.user, at=people.BEFORE
        )


def test_nobody_goes_in_on_somebody_elses_grant(chief, helper, lingzhu) -> None:
    grant = opened(chief, lingzhu, helper)
    assert chief.post(f"/admin/console/support/{grant.uuid}/enter/").status_code == 404


def test_a_grant_at_one_institution_is_nothing_at_another(chief, helper, lingzhu, jiangxin) -> None:
    grant = opened(chief, lingzhu, helper)
    there = people.signed_in(helper.user, jiangxin, second_factor=True)
    assert there.get("/admin/").headers["Location"].startswith("/signin/?next=")
    elsewhere = staff_client(jiangxin, Role.MANAGER)
    assert elsewhere.post(f"/admin/desk/support/{grant.uuid}/end/").status_code == 404
    assert WHY not in elsewhere.get("/admin/desk/support/").content.decode()


def test_support_can_be_opened_again_after_it_ended_but_not_twice_at_once(chief, helper, lingzhu) -> None:
    grant = opened(chief, lingzhu, helper)
    data = {"person": helper.user.uuid, "role": "registrar", "minutes": 30, "reason": WHY}
    again = chief.post(address(lingzhu), data)
    assert again.status_code == 400
    assert "邝知远在这里的支持还没有结束" in again.content.decode()
    chief.post(f"/admin/console/support/{grant.uuid}/end/")
    assert opened(chief, lingzhu, helper, role="registrar").role == "registrar"


def test_the_lists_take_as_many_queries_with_one_grant_as_with_three(chief, helper, manager, lingzhu) -> None:
    def measured(rows: int) -> tuple[int, int]:
        while SupportGrant.objects.count() < rows:
            grant = opened(chief, lingzhu, helper)
            chief.post(f"/admin/console/support/{grant.uuid}/end/")
        at_the_desk, page = queries_of(manager, "/admin/desk/support/")
        assert page.count(WHY) == rows
        return at_the_desk, queries_of(chief, address(lingzhu))[0]

    assert measured(1) == measured(3)


# --- suspended and closed -------------------------------------------------------------------------------------------


def test_staff_of_a_suspended_institution_look_but_change_nothing(manager, lingzhu) -> None:
    from tenants.models import Institution

    Institution.objects.filter(pk=lingzhu.pk).update(state="suspended")
    assert manager.get("/admin/desk/enrolments/").status_code == 200
    refused = manager.post("/admin/desk/staff/", {"id_number": people.id_number(5), "name": "方小燕"})
    assert refused.status_code == 403
    assert "员工可以查看，不能修改" in refused.content.decode()
    script = manager.post("/admin/desk/staff/", headers={"accept": "application/json"})
    assert (script.status_code, script.json()["code"]) == (403, "institution.read_only")
    for method in ("put", "patch", "delete"):
        assert getattr(manager, method)("/admin/desk/enrolments/").status_code == 403
    assert manager.post("/language/", {"language": "en"}).status_code == 302
    assert manager.post("/admin/logout/").status_code == 302


def test_the_admin_of_a_closed_institution_is_closed(manager, lingzhu) -> None:
    from tenants.models import Institution

    Institution.objects.filter(pk=lingzhu.pk).update(state="closed")
    for path in ("/admin/", "/admin/desk/enrolments/", "/signin/", "/signin/second/"):
        assert manager.get(path).status_code in {410, 503}, path
