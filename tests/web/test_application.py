"""An institution applies on the portal: a proved phone, one application a credit code, an answer it can look up."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tenants.models import Application, Institution
from tenants.roles.roles import Role
from tests.support import people
from tests.support.doors import browser_at, captcha, latest_code
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_position

pytestmark = pytest.mark.django_db
NUMBER = people.id_number(654)
WISH = {
    "name": "东江建设培训中心",
    "short_name": "东江培训",
    "credit_code": "914403001922038216",
    "code": "dongjiang",
    "region": "惠州",
    "address": "东江二路 66 号",
    "position_codes": ["101"],
    "statement": "教室三间，机房一间。",
    "contact_name": "林伟民",
    "contact_id_number": NUMBER,
    "contact_phone": "13800138021",
}


@pytest.fixture
def visitor(association: Any) -> Client:
    make_position()
    return browser_at(association)


def fill(visitor: Client, **changes: Any) -> Any:
    return visitor.post("/apply/", WISH | changes | captcha(visitor.get("/apply/")))


def apply(visitor: Client, **changes: Any) -> Application:
    fill(visitor, **changes)
    phone = (WISH | changes)["contact_phone"]
    answer = visitor.post("/apply/code/", {"code": latest_code(phone)})
    assert answer.status_code == 302, answer.content.decode()
    return Application.objects.get(uuid=answer["Location"].split("/")[2])


def test_an_application_is_kept_once_the_phone_has_answered(visitor: Client) -> None:
    assert fill(visitor)["Location"] == "/apply/code/"
    assert not Application.objects.exists()
    page = visitor.get("/apply/code/").content.decode()
    assert "138****8021" in page
    wrong = visitor.post("/apply/code/", {"code": "000000" if latest_code() != "000000" else "000001"})
    assert wrong.status_code == 400
    assert not Application.objects.exists()
    answer = visitor.post("/apply/code/", {"code": latest_code()})
    application = Application.objects.get()
    assert answer["Location"] == f"/apply/{application.uuid}/"
    assert application.contact_id_number == NUMBER
    assert application.position_codes == ["101"]
    assert "申请已收到" in visitor.get(answer["Location"]).content.decode()
    assert Sms.objects.filter(template="application_received", institution=None).count() == 1
    assert Entry.objects.filter(action="application.received").count() == 1
    assert Institution.objects.filter(credit_code=application.credit_code).count() == 0


def test_numbers_are_stored_encrypted_and_shown_nowhere(visitor: Client) -> None:
    fill(visitor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        sessions = " ".join(row[0] for row in cursor.fetchall())
    application = apply(visitor, credit_code="9111000071093123XX", contact_phone="13800138022")
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_id_number, contact_phone FROM tenants_application")
        stored = b" ".join(bytes(value) for value in cursor.fetchone())
    from django.core import signing

    for part in sessions.split():
        content = str(signing.loads(part, salt="django.contrib.sessions.SessionStore", serializer=_json()))
        assert NUMBER not in content
        assert "13800138021" not in content
    assert NUMBER.encode() not in stored
    page = visitor.get(f"/apply/{application.uuid}/").content.decode()
    assert NUMBER not in page
    assert "13800138022" not in page
    assert "林伟民" not in page


def _json() -> Any:
    from django.contrib.sessions.serializers import JSONSerializer

    return JSONSerializer


def test_what_is_wrong_stands_at_its_field_and_everything_typed_is_kept(visitor: Client) -> None:
    answer = fill(
        visitor, short_name="东", credit_code="914403001922038217", code="www", contact_id_number="1", contact_phone="2"
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    for sentence in (
        "须为 2–12 个汉字",
        "统一社会信用代码有误",
        "该名称由系统保留",
        "身份证号不正确",
        "这不是内地手机号",
    ):
        assert sentence in page, sentence
    for value in ("东江建设培训中心", "914403001922038217", "教室三间，机房一间。", "林伟民"):
        assert value in page
    assert 'value="101" checked' in page or "checked" in page.partition('value="101"')[2][:120]
    assert not Sms.objects.exists()


def test_a_wrong_captcha_sends_nothing(visitor: Client) -> None:
    answer = visitor.post("/apply/", WISH | {"captcha_0": "x", "captcha_1": "nope"})
    assert answer.status_code == 400
    assert not Sms.objects.exists()


def test_one_credit_code_applies_once(visitor: Client, association: Any) -> None:
    apply(visitor)
    answer = fill(browser_at(association, "203.0.113.9"), contact_phone="13800138099")
    assert answer.status_code == 400
    assert "该信用代码已有申请或已开通机构" in answer.content.decode()
    assert Application.objects.count() == 1


def test_the_second_of_two_forms_sent_at_once_is_refused_at_the_code(visitor: Client, association: Any) -> None:
    other = browser_at(association, "203.0.113.9")
    fill(other, contact_phone="13800138099")
    apply(visitor)
    answer = other.post("/apply/code/", {"code": latest_code("13800138099")})
    assert answer.status_code == 400
    assert Application.objects.count() == 1


def test_one_address_cannot_send_forms_without_end(visitor: Client) -> None:
    answers = [fill(visitor, contact_phone=f"138001380{n}").status_code for n in range(30, 42)]
    assert answers.count(302) <= 6
    assert answers[-1] == 400
    assert "您所在网络提交过于频繁" in fill(visitor).content.decode()


def test_the_status_is_found_by_phone_and_code(visitor: Client) -> None:
    application = apply(visitor)
    _an_hour_later()
    answer = visitor.post("/apply/status/", {"phone": "138 0013 8021"} | captcha(visitor.get("/apply/status/")))
    assert answer["Location"] == "/apply/status/code/"
    found = visitor.post("/apply/status/code/", {"code": latest_code("13800138021")})
    assert found["Location"] == f"/apply/{application.uuid}/"


def test_who_has_applied_twice_chooses_from_a_list(visitor: Client) -> None:
    first = apply(visitor)
    _an_hour_later()
    second = apply(
        visitor, name="岭东建设培训中心", short_name="岭东培训", code="lingdong", credit_code="9111000071093123XX"
    )
    _an_hour_later()
    visitor.post("/apply/status/", {"phone": "13800138021"} | captcha(visitor.get("/apply/status/")))
    page = visitor.post("/apply/status/code/", {"code": latest_code("13800138021")}).content.decode()
    assert [f"/apply/{one.uuid}/" in page for one in (first, second)] == [True, True]


def test_a_phone_without_application_gets_the_same_page_and_no_sms(visitor: Client) -> None:
    apply(visitor)
    _an_hour_later()
    pages, before = [], Sms.objects.count()
    for phone in ("13800138021", "13900139000"):
        answer = visitor.post("/apply/status/", {"phone": phone} | captcha(visitor.get("/apply/status/")))
        assert answer["Location"] == "/apply/status/code/"
        pages.append(visitor.get("/apply/status/code/").content.decode())
    assert "如果该手机号提交过申请，验证码已发出" in pages[0]
    import re

    alike = [re.sub(r'value="[^"]*"|1\d\d\*{4}\d{4}|data-resend-after="\d+"', "", page) for page in pages]
    assert alike[0] == alike[1]
    assert Sms.objects.count() == before + 1
    assert visitor.post("/apply/status/code/", {"code": latest_code("13800138021")}).status_code == 400


def _an_hour_later() -> None:
    from datetime import timedelta

    from django.db.models import F

    from tenants.accounts.models import PhoneCode

    PhoneCode.objects.update(created_at=F("created_at") - timedelta(hours=1))


def test_declining_needs_a_reason_that_the_applicant_reads(visitor: Client, association: Any) -> None:
    application = apply(visitor)
    admin, auditor = staff_client(association, Role.SUPERADMIN), staff_client(association, Role.AUDITOR)
    address = f"/admin/console/applications/{application.uuid}/"
    page = auditor.get(address).content.decode()
    assert NUMBER not in page
    assert "138****8021" in page
    assert auditor.post(f"{address}decline/", {"reason": "材料不齐全"}).status_code == 403
    assert admin.post(f"{address}decline/", {"reason": ""}).status_code == 400
    assert admin.post(f"{address}decline/", {"reason": "缺少办学场地证明"}).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.answer) == ("declined", "缺少办学场地证明")
    assert Sms.objects.filter(template="application_declined").count() == 1
    page = visitor.get(f"/apply/{application.uuid}/").content.decode()
    assert "缺少办学场地证明" in page
    assert "重新申请" in page
    again = admin.post(f"{address}decline/", {"reason": "再次拒绝一次"})
    assert "其他人已处理该申请" in again.content.decode()


def test_who_was_declined_may_apply_again(visitor: Client, association: Any) -> None:
    first = apply(visitor)
    admin = staff_client(association, Role.SUPERADMIN)
    admin.post(f"/admin/console/applications/{first.uuid}/decline/", {"reason": "缺少办学场地证明"})
    _an_hour_later()
    assert apply(visitor).pk != first.pk


def test_approving_opens_the_wizard_filled_in_and_the_opening_decides(visitor: Client, association: Any) -> None:
    application = apply(visitor)
    admin = staff_client(association, Role.SUPERADMIN)
    wizard = f"/admin/console/applications/{application.uuid}/open/"
    page = admin.get(wizard).content.decode()
    for value in ("东江建设培训中心", "914403001922038216", "惠州"):
        assert f'value="{value}"' in page
    assert 'value="dongjiang"' in admin.get(f"{wizard}address/").content.decode()
    names = {"name", "short_name", "credit_code", "contact_name", "region", "address"} & WISH.keys()
    admin.post(
        f"{wizard}names/",
        {n: WISH[n] for n in names} | {"code": "GD009", "contact_name": "林伟民", "phone": "0752-83330009"},
    )
    admin.post(f"{wizard}look/", {"brand_main": "#7a1f2b", "brand_accent": "#8a5a00"})
    application.refresh_from_db()
    assert application.state == "applied"
    assert admin.post(f"{wizard}check/").status_code == 302
    application.refresh_from_db()
    assert application.state == "approved"
    assert application.institution.name == "东江建设培训中心"
    assert Sms.objects.get(template="institution_opened").phone == "13800138021"
    assert admin.get(wizard).status_code == 404
    assert "机构已开通" in visitor.get(f"/apply/{application.uuid}/").content.decode()


def test_the_list_takes_as_many_queries_with_three_as_with_one(visitor: Client, association: Any) -> None:
    admin = staff_client(association, Role.SUPERADMIN)
    apply(visitor)
    one, page = queries_of(admin, "/admin/console/applications/")
    assert "东江建设培训中心" in page
    codes = ("9111000071093123XX", "12100000400000624D")
    for number, code in enumerate(codes):
        apply(
            browser_at(association, f"203.0.113.{50 + number}"),
            credit_code=code,
            code=f"dj{number}",
            contact_phone=f"1380013810{number}",
        )
    assert queries_of(admin, "/admin/console/applications/")[0] == one


def test_institutions_have_no_application_page(lingzhu: Any) -> None:
    assert browser_at(lingzhu).get("/apply/").status_code == 404
