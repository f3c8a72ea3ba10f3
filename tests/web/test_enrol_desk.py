"""What the desk does with applications of trainees, and what the trainee reads of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import localdate, now

from learning.models import Enrolment
from tenants.roles.roles import Role
from tests.support import people
from tests.support.enrolling import Applicant, ready, text_of, upload
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/enrolments/"


@pytest.fixture
def applicant(lingzhu: Any, in_tenant: Any) -> Applicant:
    found = ready(lingzhu, in_tenant)
    found.apply(id_card=upload())
    return found


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


def enrolment_of(applicant: Applicant, in_tenant: Any) -> Any:
    with in_tenant(applicant.institution):
        return Enrolment.objects.get(user=applicant.user)


def page_of(applicant: Applicant, in_tenant: Any) -> str:
    return f"{LIST}{enrolment_of(applicant, in_tenant).uuid}/detail/"


def test_the_desk_sees_who_asked_the_scans_and_the_masked_phone(
    applicant: Applicant, registrar: Any, in_tenant: Any
) -> None:
    answer = registrar.get(page_of(applicant, in_tenant))
    page = BeautifulSoup(answer.content, "html.parser")
    assert len(page.select('.zx-pair img[src^="/admin/desk/enrolments/scans/"]')) == 1
    words = text_of(answer, "body")
    assert "学员报名" in words or "学员" in words
    assert applicant.user.phone not in words
    assert "138****" in words


def test_the_list_confirms_only_with_the_box_ticked(applicant: Applicant, registrar: Any, in_tenant: Any) -> None:
    step = f"{LIST}{enrolment_of(applicant, in_tenant).uuid}/"
    said = registrar.post(step, {"verb": "confirm"}, follow=True)
    assert "不勾选则不能确认。" in said.content.decode()
    assert enrolment_of(applicant, in_tenant).admission == "awaiting_confirmation"
    registrar.post(step, {"verb": "confirm", "seen": "on"})
    assert enrolment_of(applicant, in_tenant).admission == "awaiting_payment"


def test_a_refusal_needs_a_reason_that_the_trainee_reads(applicant: Applicant, registrar: Any, in_tenant: Any) -> None:
    page = page_of(applicant, in_tenant)
    empty = registrar.post(page, {"verb": "withdraw", "reason": " "})
    assert (empty.status_code, "请写明不予受理的原因" in empty.content.decode()) == (400, True)
    assert f"{page}#withdraw" in registrar.get(LIST).content.decode()
    registrar.post(page, {"verb": "withdraw", "reason": "证书照片看不清，请重新上传。"})
    card = text_of(applicant.client.get("/my/"))
    assert "机构未受理您的报名申请" in card
    assert "证书照片看不清，请重新上传。" in card
    assert applicant.institution.phone in card
    assert "重新报名" in card
    assert applicant.apply().status_code == 302


def test_the_card_says_the_fee_how_it_was_paid_and_what_is_still_missing(
    applicant: Applicant, registrar: Any, in_tenant: Any
) -> None:
    page = page_of(applicant, in_tenant)
    waiting = text_of(applicant.client.get("/my/"))
    assert "361 元" in waiting
    assert "确认后缴费" in waiting
    registrar.post(page, {"verb": "confirm", "seen": "on"})
    unpaid = text_of(applicant.client.get("/my/"))
    assert "未缴费" in unpaid
    assert "已经缴费？缴费由机构人工登记" in unpaid
    data = {"verb": "pay", "amount": "361", "on": f"{localdate(now())}", "way": "wechat", "receipt_number": "NO-9"}
    registrar.post(page, data)
    paid = text_of(applicant.client.get("/my/"))
    for words in (
        "已缴费",
        "微信",
        "NO-9",
        "收费公示 (2026-01-02)",
        "您的缴费已登记。上传照片并经机构确认后，即开通学习。",
    ):
        assert words in paid
    assert "申请 →" in paid
    assert "核对证件 →" in paid
    phones = BeautifulSoup(applicant.client.get("/my/").content, "html.parser").select('.enrolment a[href^="tel:"]')
    assert [one.get_text(strip=True) for one in phones] == [applicant.institution.phone]


def test_the_card_says_until_when(applicant: Applicant, registrar: Any, in_tenant: Any) -> None:
    with in_tenant(applicant.institution):
        row = applicant.training_class
        row.starts_on, row.ends_on = localdate() + timedelta(days=3), localdate() + timedelta(days=10)
        row.head_teacher, row.notice = "黄老师", "带耳机"
        row.save()
    page = applicant.client.get("/my/")
    words = text_of(page)
    for said in ("黄老师", "带耳机", "还有 10 天", "学完全部学时", "证书更新", "2099 年 12 月 31 日"):
        assert said in words
    assert len(BeautifulSoup(page.content, "html.parser").select(".is-urgent")) == 1


def test_whose_class_begins_later_may_study_already(lingzhu: Any, in_tenant: Any) -> None:
    from cms.centre.card_facts import opening_notes
    from tests.support.pages import open_class

    with in_tenant(lingzhu):
        enrolment = make_study(lingzhu).enrolment
        enrolment.training_class = open_class(lingzhu, "后开班", starts_on=date(2099, 1, 1))
    (note,) = opening_notes(enrolment, code="start_study", today=localdate())
    assert note == "您的班级 1 月 1 日 开班。不必等到那天，现在就可以学习。"
    (note,) = opening_notes(enrolment, code="institution_paused", today=localdate())
    assert note.startswith("您的缴费已登记，一直有效。")


def test_a_clerk_does_not_see_scans_of_nobody_and_the_queries_stay(
    applicant: Applicant, registrar: Any, in_tenant: Any
) -> None:
    assert queries_of(registrar, page_of(applicant, in_tenant))[0] == 19


def test_a_passport_holder_without_any_age_is_not_refused_for_it(lingzhu: Any, in_tenant: Any) -> None:
    found = ready(lingzhu, in_tenant, name="Anna Li")
    type(found.user).objects.filter(pk=found.user.pk).update(document_kind="passport")
    client = people.signed_in(type(found.user).objects.get(pk=found.user.pk), lingzhu)
    assert "粤建岗880001" in text_of(client.get("/enrol/"))


def test_who_withdrew_after_paying_reads_what_is_paid_back(
    applicant: Applicant, registrar: Any, in_tenant: Any
) -> None:
    page = page_of(applicant, in_tenant)
    registrar.post(page, {"verb": "confirm", "seen": "on"})
    registrar.post(page, {"verb": "pay", "amount": "361", "on": f"{localdate(now())}", "way": "wechat"})
    registrar.post(page, {"verb": "withdraw", "reason": "改换岗位", "refund_note": "361 元原路退回"})
    assert "退费：361 元原路退回" in text_of(applicant.client.get("/my/")).replace(" ：", "：").replace("： ", "：")
    own = f"/enrol/{enrolment_of(applicant, in_tenant).uuid}/"
    assert "361 元原路退回" in text_of(applicant.client.get(own))
