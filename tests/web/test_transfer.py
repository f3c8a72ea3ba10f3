"""转移机构: the association moves somebody who has not begun; everything that stands against it is said."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import localdate, now

from cms.models.fees import FeeRow
from learning import services
from learning.models import CreditSpan, Enrolment
from tenants.audit.models import Entry
from tenants.models import Institution
from tenants.roles.roles import Role
from tenants.scopes import province_scope
from tests.support import pages, people
from tests.support.certified import publish_rules
from tests.support.staff import staff_client
from tests.support.study import make_study, postgres_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")


@pytest.fixture
def enrolment(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> Any:
    """Somebody who awaits confirmation at 岭筑; 匠心 has a fee notice and a class."""
    publish_rules(closes_on="2099-12-31")
    Institution.objects.training().update(position_codes=[])
    with in_tenant(jiangxin):
        pages.seed(jiangxin)
    with in_tenant(lingzhu):
        return make_study(lingzhu, user=people.make_user("梁志强"), admitted=False).enrolment


def address(enrolment: Any) -> str:
    return f"/admin/console/enrolments/{enrolment.uuid}/"


def to(enrolment: Any, institution: Any) -> str:
    return f"{address(enrolment)}transfer/?to={institution.uuid}"


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def said(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def moved_of(enrolment: Any) -> Any:
    with province_scope():
        return Enrolment.objects.select_related("institution").filter(transferred_from=enrolment).first()


def test_from_the_person_to_the_new_institution(
    association: Any, clerk: Any, enrolment: Any, jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(jiangxin):
        today = localdate(now())
        held = pages.open_class(
            jiangxin,
            "转入班",
            position=enrolment.position,
            starts_on=today,
            ends_on=today + timedelta(days=60),
            year=2026,
        )
        pages.open_class(jiangxin, "别的年度", position=enrolment.position, year=2024)
    admin = staff_client(association, Role.SUPERADMIN)
    assert address(enrolment) in admin.get(f"/admin/console/people/{enrolment.user.uuid}/").content.decode()
    shown = text_of(clerk.get(address(enrolment)))
    assert "未开始" in shown
    assert "选择转入机构" in shown
    where = text_of(clerk.get(f"{address(enrolment)}transfer/"))
    assert jiangxin.short_name in where
    form = BeautifulSoup(clerk.get(to(enrolment, jiangxin)).content, "html.parser")
    assert [option.get_text() for option in form.select("select[name=training_class] option")] == ["暂不分班", "转入班"]
    empty = clerk.post(to(enrolment, jiangxin), {"training_class": str(held.uuid), "reason": ""})
    assert (empty.status_code, said(empty)) == (400, "请用一句话说明原因。")
    answer = clerk.post(to(enrolment, jiangxin), {"training_class": str(held.uuid), "reason": "搬家"}, follow=True)
    moved = moved_of(enrolment)
    assert (moved.institution, moved.admission, moved.training_class) == (jiangxin, "awaiting_confirmation", held)
    assert moved.training_fee > Decimal(0)
    assert moved.fee_notice
    assert f"梁志强已转到{jiangxin.short_name}" in text_of(answer)
    enrolment.refresh_from_db()
    assert (enrolment.admission, enrolment.withdrawal_reason) == ("withdrawn", "搬家")
    trails = Entry.objects.filter(action__in=["enrolment.withdrawn", "enrolment.transferred"])
    assert set(trails.values_list("institution", flat=True)) == {enrolment.institution_id, jiangxin.pk}


def test_fees_that_were_just_paid_need_a_word_about_the_refund(
    clerk: Any, enrolment: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        services.admit(enrolment, by=clerk.user, at=now())
        services.mark_paid(enrolment, by=clerk.user, at=now())
    assert "仍在退费期内" in text_of(clerk.get(address(enrolment)))
    refused = clerk.post(to(enrolment, jiangxin), {"reason": "搬家"})
    assert (refused.status_code, said(refused)) == (400, "费用缴纳不久，请写明退费情况。")
    assert moved_of(enrolment) is None
    clerk.post(to(enrolment, jiangxin), {"reason": "搬家", "refund_note": "退 280 元"})
    enrolment.refresh_from_db()
    assert (moved_of(enrolment).institution, enrolment.refund_note) == (jiangxin, "退 280 元")


def test_who_has_begun_or_taken_an_exam_or_is_withdrawn_stays(
    clerk: Any, enrolment: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        Enrolment.objects.filter(pk=enrolment.pk).update(first_attempt_at=now())
    for answer in (
        clerk.get(f"{address(enrolment)}transfer/"),
        clerk.post(to(enrolment, jiangxin), {"reason": "搬家"}),
    ):
        assert answer.status_code == 409
        assert said(answer) == "已参加过考核，不能再更换机构。"
    with in_tenant(lingzhu):
        Enrolment.objects.filter(pk=enrolment.pk).update(first_attempt_at=None, admission="withdrawn")
    assert said(clerk.get(to(enrolment, jiangxin))) == "该报名已退学。"
    assert moved_of(enrolment) is None


def test_who_has_studied_stays(clerk: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu)
        at = postgres_now()
        study.open_camera(at=at - timedelta(minutes=1))
        study.open(at=at - timedelta(minutes=1))
        study.beat(at=at - timedelta(seconds=50))
        study.beat(at=at - timedelta(seconds=40))
        assert CreditSpan.objects.exists()
    refused = clerk.post(to(study.enrolment, jiangxin), {"reason": "搬家"})
    assert (refused.status_code, "已开始学习" in said(refused)) == (409, True)


def test_only_open_institutions_for_the_position_are_offered_and_others_are_refused_in_words(
    clerk: Any, enrolment: Any, lingzhu: Any, jiangxin: Any
) -> None:
    Institution.objects.filter(pk=jiangxin.pk).update(position_codes=["102"])
    assert "没有其他机构可培训此岗位" in text_of(clerk.get(f"{address(enrolment)}transfer/"))
    wrong = clerk.post(to(enrolment, jiangxin), {"reason": "搬家"})
    assert (wrong.status_code, said(wrong)) == (409, "本机构不培训这个岗位。")
    Institution.objects.filter(pk=jiangxin.pk).update(position_codes=[], state="suspended")
    assert jiangxin.short_name not in text_of(clerk.get(f"{address(enrolment)}transfer/"))
    closed = clerk.post(to(enrolment, jiangxin), {"reason": "搬家"})
    assert (closed.status_code, bool(said(closed))) == (403, True)
    same = clerk.post(to(enrolment, lingzhu), {"reason": "搬家"})
    assert (same.status_code, bool(said(same))) == (409, True)
    assert clerk.get(f"{address(enrolment)}transfer/?to=nobody").status_code == 404
    assert moved_of(enrolment) is None


def test_a_class_that_does_not_fit_cannot_be_chosen(
    clerk: Any, enrolment: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        foreign = pages.open_class(lingzhu, "原机构班", position=enrolment.position, year=2026)
    answer = clerk.post(to(enrolment, jiangxin), {"reason": "搬家", "training_class": str(foreign.uuid)})
    assert answer.status_code == 400
    assert moved_of(enrolment) is None


def test_an_auditor_looks_and_moves_nobody(association: Any, enrolment: Any, jiangxin: Any) -> None:
    auditor = staff_client(association, Role.AUDITOR)
    assert "梁志强" in text_of(auditor.get(address(enrolment)))
    assert f"{address(enrolment)}transfer/" not in auditor.get(address(enrolment)).content.decode()
    assert auditor.get(f"{address(enrolment)}transfer/").status_code == 403
    assert auditor.post(to(enrolment, jiangxin), {"reason": "搬家"}).status_code == 403


def test_nobody_moves_themselves(clerk: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        own = make_study(lingzhu, user=clerk.user, admitted=False).enrolment
    answer = clerk.post(to(own, jiangxin), {"reason": "搬家"})
    assert (answer.status_code, "须由其他同事办理" in said(answer)) == (409, True)
    assert moved_of(own) is None


def test_nobody_is_moved_to_where_no_fee_notice_names_the_position(
    clerk: Any, enrolment: Any, jiangxin: Any, in_tenant: Any
) -> None:
    with in_tenant(jiangxin):
        FeeRow.objects.all().delete()
    where = clerk.get(f"{address(enrolment)}transfer/")
    assert "尚未公示收费" in text_of(where)
    assert "?to=" not in where.content.decode()
    answer = clerk.post(to(enrolment, jiangxin), {"reason": "搬家"})
    assert (answer.status_code, said(answer)) == (409, "机构尚未公示该岗位的收费，请致电机构。")
    enrolment.refresh_from_db()
    assert (enrolment.admission, moved_of(enrolment)) == ("awaiting_confirmation", None)
