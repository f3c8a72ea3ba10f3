"""The classes of an institution at its desk."""

from __future__ import annotations

from datetime import date

import pytest

from learning.models import Enrolment, TrainingClass
from tenants.roles.roles import Role
from tests.support import pages, people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_study

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "第 8 期", "number": "2026-08", "year": "2026", "starts_on": "2026-03-01", "ends_on": "2026-06-30",
    "capacity": "40", "head_teacher": "周老师", "notice": "请于六月底前学完。",
}  # fmt: skip


@pytest.fixture
def registrar(lingzhu):
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


def address(row, part=""):
    return f"/admin/desk/classes/{row.uuid}/{part}"


def fill(institution, row, how_many, **named):
    """So many admitted people in a class, all of one plan."""
    plan, made = None, []
    for _ in range(how_many):
        study = make_study(institution, **named)
        plan = plan or study.enrolment.plan
        study.enrolment.plan, study.enrolment.training_class = plan, row
        study.enrolment.save(update_fields=["plan", "training_class"])
        made.append(study)
    return made


def test_a_class_is_opened_changed_closed_and_opened_again(registrar, lingzhu, in_tenant):
    assert "新建班级" in registrar.get("/admin/desk/classes/").content.decode()
    assert registrar.post("/admin/desk/classes/new/", TYPED).status_code == 302
    with in_tenant(lingzhu):
        row = TrainingClass.objects.get()
    assert (row.name, row.capacity, row.starts_on) == ("第 8 期", 40, date(2026, 3, 1))
    page = registrar.get(address(row)).content.decode()
    for words in ("周老师", "请于六月底前学完。"):
        assert words in page
    assert 'value="2026-03-01"' in registrar.get(address(row, "change/")).content.decode()
    assert registrar.post(address(row, "change/"), TYPED | {"name": "第 9 期"}).status_code == 302
    for verb, closed in (("close", True), ("reopen", False)):
        registrar.post(address(row, "state/"), {"verb": verb})
        with in_tenant(lingzhu):
            row.refresh_from_db()
        assert (row.name, bool(row.closed_at)) == ("第 9 期", closed)


def test_what_does_not_fit_is_said_on_the_form(registrar, lingzhu, in_tenant):
    registrar.post("/admin/desk/classes/new/", TYPED)
    answer = registrar.post("/admin/desk/classes/new/", TYPED)
    assert (answer.status_code, "本机构已有同名班级。" in answer.content.decode()) == (400, True)


def test_chosen_people_move_and_nobody_else(registrar, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        row, other = pages.open_class(lingzhu, "第 1 期"), pages.open_class(lingzhu, "第 2 期")
        one, two = fill(lingzhu, row, 2)
    data = {"people": [str(one.enrolment.uuid)], "to": str(other.uuid)}
    assert registrar.post(address(row, "move/"), data).status_code == 302
    with in_tenant(lingzhu):
        found = dict(Enrolment.objects.values_list("pk", "training_class"))
    assert found == {one.enrolment.pk: other.pk, two.enrolment.pk: row.pk}


def test_the_overview_counts_and_its_views_filter(registrar, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期")
        fill(lingzhu, row, 2)
    page = registrar.get(address(row)).content.decode()
    assert '未开始<span class="zx-num">2</span>' in page
    assert registrar.get(address(row) + "?standing=behind").content.decode().count('name="people"') == 0
    assert registrar.get(address(row) + "?standing=not_started").content.decode().count('name="people"') == 2


def test_the_list_to_sign_shows_masked_numbers_and_no_navigation(registrar, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期", head_teacher="周老师")
        study = fill(lingzhu, row, 1, user=people.make_user("简志华"))[0]
    page = registrar.get(address(row, "roster/")).content.decode()
    for words in ("简志华", "周老师", lingzhu.name, "第 1 期"):
        assert words in page
    assert study.user.id_number not in page
    assert "<nav" not in page


def test_readers_look_and_change_nothing(lingzhu, in_tenant):
    viewer = staff_client(lingzhu, Role.VIEWER)
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期")
    assert viewer.get(address(row)).status_code == 200
    for part in ("change/", "move/", "state/"):
        assert viewer.post(address(row, part), TYPED).status_code == 403


def test_another_institutions_class_does_not_exist_here(jiangxin, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期")
    assert staff_client(jiangxin, Role.MANAGER).get(address(row)).status_code == 404


def test_pages_take_as_many_queries_with_one_person_as_with_thirty(registrar, lingzhu, in_tenant):
    with in_tenant(lingzhu):
        small, large = pages.open_class(lingzhu, "小班"), pages.open_class(lingzhu, "大班")
        fill(lingzhu, small, 1)
        fill(lingzhu, large, 30)
    for part in ("", "roster/", "remind/"):
        few, many = (queries_of(registrar, address(row, part))[0] for row in (small, large))
        assert few == many


def test_reminders_are_previewed_sent_once_and_then_left_out(registrar, lingzhu, in_tenant):
    from tenants.audit.models import Entry
    from tenants.messages.models import Sms
    from tenants.models import Institution

    Institution.objects.filter(pk=lingzhu.pk).update(phone="0755-12345678")
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期")
        made = fill(lingzhu, row, 2)
    page = registrar.get(address(row, "remind/")).content.decode()
    assert "尚未开始学习，学习截止2099-12-31，请尽快登录学习。咨询电话0755-12345678。" in page
    assert all(study.user.phone not in page for study in made)
    for _ in range(2):
        assert registrar.post(address(row, "remind/")).status_code == 302
    assert Sms.objects.filter(template="remind_start").count() == 2
    assert [entry.data["people"] for entry in Entry.objects.filter(action="class.reminded")] == [2]
    assert "近期已提醒" in registrar.get(address(row, "remind/")).content.decode()
    assert registrar.get(address(row, "remind/") + "?kind=passed").status_code == 404


def test_the_trainee_reads_head_teacher_and_notice(lingzhu, in_tenant):
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期", head_teacher="周老师", notice="周六上午答疑。")
        study = fill(lingzhu, row, 1)[0]
    page = people.signed_in(study.user, lingzhu).get("/my/").content.decode()
    for words in ("周老师", "周六上午答疑。"):
        assert words in page


def test_the_preview_says_what_the_daily_caps_hold_back(registrar, lingzhu, in_tenant):
    from tenants.models import Institution
    from tenants.rulesets.services import publish_ruleset

    Institution.objects.filter(pk=lingzhu.pk).update(phone="0755-12345678")
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 1 期")
        fill(lingzhu, row, 3)
    assert "明天" not in registrar.get(address(row, "remind/")).content.decode()
    publish_ruleset(
        name="caps", values={"messages": {"a_day_an_institution": 1}}, in_force_from=people.BEFORE, by=None,
        at=people.BEFORE,
    )  # fmt: skip
    assert "其中 2 条将于明天 9:00 发出" in registrar.get(address(row, "remind/")).content.decode()
