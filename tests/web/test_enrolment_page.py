"""The desk's page of one enrolment, the filter by class, and payments of many at once."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import localdate, now

from learning.models import Enrolment, TrainingClass
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_study, postgres_now
from tests.web.test_desk import a_holder

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/enrolments/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def enrolment(lingzhu: Any, in_tenant: Any) -> Any:
    """Somebody who awaits confirmation; 280 yuan are due; another phone stands on the application."""
    with in_tenant(lingzhu):
        found = make_study(lingzhu, user=people.make_user("梁志强"), admitted=False).enrolment
        found.phone = "13900001111"
        found.save(update_fields=["phone"])
        return found


def address(enrolment: Any) -> str:
    return f"{LIST}{enrolment.uuid}/detail/"


def now_of(enrolment: Any, in_tenant: Any) -> Any:
    with in_tenant(enrolment.institution):
        return Enrolment.objects.get(pk=enrolment.pk)


def errors_of(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def test_the_clerk_confirms_by_word_of_having_seen_the_papers(registrar: Any, enrolment: Any, in_tenant: Any) -> None:
    refused = registrar.post(address(enrolment), {"verb": "confirm"})
    assert (refused.status_code, errors_of(refused)) == (400, "不勾选则不能确认。")
    assert registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"}).status_code == 302
    found = now_of(enrolment, in_tenant)
    assert (found.admission, found.seen_by_id) == ("awaiting_payment", registrar.user.pk)
    assert "已查验证件" in registrar.get(address(enrolment)).content.decode()


def test_a_payment_is_noted_as_the_receipt_says_and_shown(registrar: Any, enrolment: Any, in_tenant: Any) -> None:
    registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"})
    today = localdate(now())
    data = {"verb": "pay", "amount": "200", "on": f"{today:%Y-%m-%d}", "way": "wechat", "receipt_number": "NO-77"}
    short = registrar.post(address(enrolment), data)
    assert (short.status_code, errors_of(short)) == (400, "金额与该报名的应缴费用不一致。")
    tomorrow = registrar.post(address(enrolment), data | {"amount": "280", "on": f"{today + timedelta(days=1)}"})
    assert errors_of(tomorrow) == "缴费日期不能晚于今天。"
    assert registrar.post(address(enrolment), data | {"amount": "280"}).status_code == 302
    found = now_of(enrolment, in_tenant)
    assert (found.admission, found.paid_on, found.receipt_number) == ("admitted", today, "NO-77")
    page = registrar.get(address(enrolment)).content.decode()
    assert "NO-77" in page
    assert "微信" in page


def test_a_withdrawal_after_payment_says_what_is_paid_back(registrar: Any, enrolment: Any, in_tenant: Any) -> None:
    registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"})
    registrar.post(LIST, {"people": str(enrolment.uuid), "on": f"{localdate(now())}", "way": "cash"})
    refused = registrar.post(address(enrolment), {"verb": "withdraw", "reason": "改换岗位"})
    assert (refused.status_code, "请写明退费情况" in errors_of(refused)) == (400, True)
    registrar.post(address(enrolment), {"verb": "withdraw", "reason": "改换岗位", "refund_note": "退 280 元"})
    found = now_of(enrolment, in_tenant)
    assert (found.admission, found.withdrawal_reason, found.refund_note) == ("withdrawn", "改换岗位", "退 280 元")
    page = registrar.get(address(enrolment)).content.decode()
    assert "退 280 元" in page
    assert re.findall('name="verb" value="([a-z]+)"', page) == ["correct"]


def test_a_viewer_looks_and_changes_nothing(lingzhu: Any, enrolment: Any, in_tenant: Any) -> None:
    viewer = staff_client(lingzhu, Role.VIEWER)
    page = viewer.get(address(enrolment)).content.decode()
    assert "梁志强" in page
    assert 'name="verb"' not in page
    assert viewer.post(address(enrolment), {"verb": "confirm", "seen": "on"}).status_code == 403
    assert now_of(enrolment, in_tenant).admission == "awaiting_confirmation"


def test_another_institutions_enrolment_does_not_exist_here(jiangxin: Any, enrolment: Any) -> None:
    manager = staff_client(jiangxin, Role.MANAGER)
    assert manager.get(address(enrolment)).status_code == 404
    assert manager.post(address(enrolment), {"verb": "withdraw"}).status_code == 404
    reveal = f"/admin/desk/numbers/enrolment/{enrolment.uuid}/phone/"
    assert manager.post(reveal, {"reason": "核对报名表上的号码"}).status_code == 404


def test_the_phone_of_the_application_is_masked_and_shown_for_a_reason(registrar: Any, enrolment: Any) -> None:
    page = registrar.get(address(enrolment)).content.decode()
    assert "13900001111" not in page
    assert "139****1111" in page
    reveal = f"/admin/desk/numbers/enrolment/{enrolment.uuid}/phone/"
    assert reveal in page
    shown = registrar.post(reveal, {"reason": "核对报名表上的号码"}, headers=HTMX).content.decode()
    assert "13900001111" in shown
    assert enrolment.user.phone not in shown


def test_the_chosen_people_are_paid_together_or_none(
    registrar: Any, lingzhu: Any, enrolment: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        other = make_study(lingzhu, admitted=False, year=2025).enrolment
    both = {"people": [str(enrolment.uuid), str(other.uuid)], "on": f"{localdate(now())}", "way": "employer"}
    registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"})
    refused = registrar.post(LIST, both)
    assert refused.status_code == 400
    assert now_of(enrolment, in_tenant).admission == "awaiting_payment"
    registrar.post(address(other), {"verb": "confirm", "seen": "on"})
    assert "已为 2 人登记缴费。" in registrar.post(LIST, both, follow=True).content.decode()
    paid = [now_of(one, in_tenant) for one in (enrolment, other)]
    assert [(one.admission, one.paid_way) for one in paid] == [("admitted", "employer")] * 2
    assert registrar.post(LIST, both | {"people": []}).status_code == 400


def test_the_list_is_filtered_by_class_and_leads_to_the_page(
    registrar: Any, lingzhu: Any, enrolment: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        today = localdate(now())
        one = TrainingClass.objects.create(institution=lingzhu, name="一班", year=2026, starts_on=today, ends_on=today)
        other = make_study(lingzhu, user=people.make_user("林小梅"), admitted=False, year=2025).enrolment
        other.training_class = one
        other.save(update_fields=["training_class"])
    page = registrar.get(f"{LIST}?class={one.pk}").content.decode()
    assert "林小梅" in page
    assert "梁志强" not in page
    assert address(other) in page
    everybody = registrar.get(f"{LIST}?class=x").content.decode()
    assert "梁志强" in everybody


@pytest.mark.parametrize("state", ["confirmation", "payment"])
def test_the_page_takes_as_many_queries_at_each_step(registrar: Any, enrolment: Any, state: str) -> None:
    if state == "payment":
        registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"})
    assert queries_of(registrar, address(enrolment))[0] == 19


def test_invoice_and_phone_of_the_counter_stand_on_the_enrolment(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    user = a_holder()
    data = {
        "id_number": user.id_number, "name": user.name, "enrol": "1", "certificate": "粤建岗990001", "year": "2026",
        "free": "on",
        "phone": "13999999999", "wants_invoice": "on",
    }  # fmt: skip
    refused = registrar.post(f"{LIST}new/", data)
    assert (refused.status_code, errors_of(refused)) == (400, "请填写发票抬头。")
    assert registrar.post(f"{LIST}new/", data | {"invoice_title": "岭南建工"}).status_code == 302
    with in_tenant(lingzhu):
        found = Enrolment.objects.get(user=user)
    assert (found.phone, found.invoice_title, found.origin) == ("13999999999", "岭南建工", "counter")


def test_an_odd_fee_is_shown_to_the_fen(registrar: Any, enrolment: Any, in_tenant: Any) -> None:
    with in_tenant(enrolment.institution):
        enrolment.training_fee, enrolment.textbook_fee = Decimal("220.50"), Decimal(60)
        enrolment.save(update_fields=["training_fee", "textbook_fee"])
    for page, shown in ((LIST, "¥280.50"), (address(enrolment), "¥220.50")):
        words = registrar.get(page).content.decode()
        assert shown in words
        assert "¥281" not in words


def test_a_wrongly_noted_payment_is_corrected_and_taken_back(registrar: Any, enrolment: Any, in_tenant: Any) -> None:
    registrar.post(address(enrolment), {"verb": "confirm", "seen": "on"})
    today = localdate(now())
    assert f"{address(enrolment)}#pay" in registrar.get(LIST).content.decode()
    registrar.post(address(enrolment), {"verb": "pay", "amount": "280", "on": f"{today}", "way": "cash"})
    right = {"verb": "correct", "on": f"{today - timedelta(days=1)}", "way": "bank", "receipt_number": "NO-78"}
    refused = registrar.post(address(enrolment), right)
    assert (refused.status_code, errors_of(refused)) == (400, "请用一句话写明原因。")
    assert registrar.post(address(enrolment), right | {"reason": "回单号写错"}).status_code == 302
    found = now_of(enrolment, in_tenant)
    assert (found.paid_way, found.receipt_number, found.admission) == ("bank", "NO-78", "admitted")
    assert registrar.post(address(enrolment), {"verb": "take_back", "reason": "登记到了别人名下"}).status_code == 302
    found = now_of(enrolment, in_tenant)
    assert (found.admission, found.paid_at, found.receipt_number) == ("awaiting_payment", None, "")
    assert 'value="correct"' not in registrar.get(address(enrolment)).content.decode()


def test_once_something_was_studied_the_payment_is_corrected_only(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu)
        at = postgres_now()
        study.open_camera(at=at)
        study.open(at=at)
    page = registrar.get(address(study.enrolment)).content.decode()
    assert 'value="correct"' in page
    assert 'value="take_back"' not in page
    registrar.post(address(study.enrolment), {"verb": "take_back", "reason": "没有交"})
    assert now_of(study.enrolment, in_tenant).admission == "admitted"


def test_a_clerk_does_not_confirm_or_pay_for_themselves(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        own = make_study(lingzhu, user=registrar.user, admitted=False).enrolment
    page = registrar.get(address(own)).content.decode()
    assert "这是您本人的报名" in page
    assert 'value="confirm"' not in page
    answer = registrar.post(address(own), {"verb": "confirm", "seen": "on"})
    assert (answer.status_code, "须由其他同事办理" in errors_of(answer)) == (400, True)
    registrar.post(f"{LIST}{own.uuid}/", {"verb": "confirm", "seen": "on"})
    assert now_of(own, in_tenant).admission == "awaiting_confirmation"


def test_who_has_left_is_called_so_and_not_like_a_withdrawn_request(
    registrar: Any, enrolment: Any, in_tenant: Any
) -> None:
    registrar.post(address(enrolment), {"verb": "withdraw", "reason": "改换岗位"})
    for page in (LIST, address(enrolment), f"{LIST}{enrolment.uuid}/archive/"):
        words = registrar.get(page).content.decode()
        assert "已退学" in words
        assert "已撤回" not in words
