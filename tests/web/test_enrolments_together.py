"""The list of enrolments: people chosen one by one, or everybody of the view, go a step further together."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import localdate, now

from cms.desk.views import together
from learning.models import Enrolment
from tenants.roles.roles import Role
from tests.support import people
from tests.support.enrolling import text_of
from tests.support.pages import open_class
from tests.support.staff import staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/enrolments/"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def three(lingzhu: Any, in_tenant: Any) -> list[Any]:
    """Three of one year and different positions, who await confirmation."""
    with in_tenant(lingzhu):
        return [
            make_study(
                lingzhu,
                user=people.make_user(name),
                admitted=False,
                position=make_position(f"10{number}", f"岗{number}"),
            ).enrolment
            for number, name in enumerate(("梁一", "梁二", "温三"), 1)
        ]


def states(lingzhu: Any, in_tenant: Any) -> list[str]:
    with in_tenant(lingzhu):
        return list(Enrolment.objects.order_by("pk").values_list("admission", flat=True))


def alert_of(answer: Any) -> str:
    return text_of(answer, "[role=alert]")


def test_everybody_of_a_view_is_confirmed_and_paid(
    registrar: Any, three: Any, lingzhu: Any, in_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.frame.PAGE_SIZE", 1)
    view = f"{LIST}?view=confirm&q=梁"
    page = BeautifulSoup(registrar.get(view).content, "html.parser")
    assert page.select_one("input[name=count]")["value"] == "2"
    assert "本视图全部 2 人" in page.get_text()
    everyone = {"verb": "confirm", "everyone": "on", "count": "2"}
    refused = registrar.post(view, everyone)
    assert (refused.status_code, alert_of(refused)) == (400, "不勾选则不能确认。")
    answer = registrar.post(view, everyone | {"seen": "on"}, follow=True)
    assert "已确认 2 人的报名。" in text_of(answer, "body")
    assert states(lingzhu, in_tenant) == ["awaiting_payment"] * 2 + ["awaiting_confirmation"]
    paid = {"verb": "pay", "everyone": "on", "count": "2", "on": f"{localdate(now())}", "way": "employer"}
    registrar.post(f"{LIST}?view=pay", paid | {"receipt_number": "NO-1"})
    with in_tenant(lingzhu):
        assert Enrolment.objects.filter(admission="admitted", receipt_number="NO-1").count() == 2


def test_who_stands_in_the_way_is_named_and_nothing_is_done(
    registrar: Any, three: Any, lingzhu: Any, in_tenant: Any
) -> None:
    registrar.post(f"{LIST}{three[0].uuid}/", {"verb": "confirm", "seen": "on"})
    chosen = {"verb": "confirm", "seen": "on", "people": [str(one.uuid) for one in three]}
    answer = registrar.post(LIST, chosen)
    assert answer.status_code == 400
    assert "未作任何处理：有 1 人不符合条件。" in alert_of(answer)
    assert "梁一" in alert_of(answer)
    assert len(BeautifulSoup(answer.content, "html.parser").select("input[name=people][checked]")) == 3
    assert states(lingzhu, in_tenant) == ["awaiting_payment"] + ["awaiting_confirmation"] * 2


def test_a_view_that_has_changed_meanwhile_or_is_too_long_is_not_touched(
    registrar: Any, three: Any, lingzhu: Any, in_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = {"verb": "confirm", "seen": "on", "everyone": "on"}
    stale = registrar.post(f"{LIST}?view=confirm", everyone | {"count": "2"})
    assert (stale.status_code, "名单已有变化，现为 3 人" in alert_of(stale)) == (400, True)
    nobody = registrar.post(LIST, {"verb": "confirm", "seen": "on"})
    assert "请至少选择名单中的一人" in alert_of(nobody)
    monkeypatch.setattr(together, "MOST", 2)
    many = registrar.post(f"{LIST}?view=confirm", everyone | {"count": "3"})
    assert "一次最多处理 2 人" in alert_of(many)
    assert states(lingzhu, in_tenant) == ["awaiting_confirmation"] * 3


def test_people_without_a_class_have_a_view_and_get_one(
    registrar: Any, three: Any, lingzhu: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        target = open_class(lingzhu, "第 9 期", capacity=2)
    page = registrar.get(f"{LIST}?view=unclassed")
    assert "未分班" in text_of(page, "nav")
    assert len(BeautifulSoup(page.content, "html.parser").select("input[name=people]")) == 3
    everyone = {"verb": "class", "everyone": "on", "count": "3", "training_class": str(target.pk)}
    full = registrar.post(f"{LIST}?view=unclassed", everyone)
    assert (full.status_code, "班级名额不够" in alert_of(full)) == (400, True)
    two = {"verb": "class", "people": [str(one.uuid) for one in three[:2]], "training_class": str(target.pk)}
    assert "2 人已编入该班级。" in text_of(registrar.post(LIST, two, follow=True), "body")
    assert "梁一" not in text_of(registrar.get(f"{LIST}?view=unclassed"), "tbody")
    assert registrar.post(LIST, two | {"training_class": ""}).status_code == 400


def test_a_viewer_has_no_boxes_and_a_foreign_row_is_nobody(
    registrar: Any, three: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    viewer = staff_client(lingzhu, Role.VIEWER)
    assert not BeautifulSoup(viewer.get(LIST).content, "html.parser").select("input[type=checkbox]")
    chosen = {"verb": "confirm", "seen": "on", "people": [str(three[0].uuid)]}
    assert viewer.post(LIST, chosen).status_code == 403
    theirs = staff_client(jiangxin, Role.REGISTRAR, "简文").post(LIST, chosen)
    assert "请至少选择名单中的一人" in alert_of(theirs)
    assert states(lingzhu, in_tenant)[0] == "awaiting_confirmation"
