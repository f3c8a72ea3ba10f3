"""岗位证书库: a certificate with its history; entered, corrected, revoked and given back by a clerk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from learning.models import PostCertificate
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/console/post-certificates/"


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")


@pytest.fixture
def holder(db: None) -> Any:
    return people.make_user("梁志强")


def entered(holder: Any, number: str = "粤建岗900001", **other: Any) -> PostCertificate:
    from learning.services import register_post_certificate

    values = {
        "number": number, "id_number": holder.id_number, "name": holder.name, "position": make_position(),
        "issued_on": date(2017, 5, 4), "by": None, "at": people.BEFORE,
    }  # fmt: skip
    return register_post_certificate(**(values | other))


def address(row: PostCertificate) -> str:
    return f"{LIST}{row.uuid}/"


def page_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def said(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def correction(row: PostCertificate, **other: Any) -> dict[str, Any]:
    row.refresh_from_db()
    return {
        "verb": "correct", "version": row.version, "number": row.number, "name": row.holder_name, "id_number": "",
        "position": row.position.code, "issued_on": f"{row.issued_on}", "reason": "录入时看错一个字",
    } | other  # fmt: skip


def test_a_clerk_enters_one_by_hand_and_finds_it(clerk: Any, holder: Any) -> None:
    make_position()
    typed = {
        "number": " 粤建岗 900001", "name": "梁志强", "id_number": holder.id_number.lower(), "position": "101",
        "issued_on": "2017-05-04",
    }  # fmt: skip
    shown = page_of(clerk.post(f"{LIST}new/", typed, follow=True))
    assert "粤建岗900001 已录入证书库。" in shown
    assert "已录入证书库" in shown
    assert holder.id_number not in shown
    again = clerk.post(f"{LIST}new/", typed)
    assert (again.status_code, said(again)) == (400, "证书库中已有此编号的证书。")
    wrong = clerk.post(f"{LIST}new/", typed | {"number": "粤建岗900002", "id_number": "440106198503120011"})
    assert (wrong.status_code, "核对" in said(wrong) or "有误" in said(wrong)) == (400, True)
    late = clerk.post(f"{LIST}new/", typed | {"number": "粤建岗900002", "issued_on": "2999-01-01"})
    assert said(late) == "发证日期不能晚于今天。"
    assert PostCertificate.objects.count() == 1


def test_a_correction_stands_in_the_history_with_before_and_after_and_masked_numbers(clerk: Any, holder: Any) -> None:
    row, right = entered(holder), people.make_user("何敏").id_number
    shown = page_of(clerk.post(address(row), correction(row, name="梁自强", id_number=right), follow=True))
    history = BeautifulSoup(shown, "html.parser").select_one(".zx-time").get_text(" ", strip=True)
    assert "更正 ：录入时看错一个字" in history
    assert "持证人 梁志强 → 梁自强" in history
    assert f"{right[:6]}********{right[-4:]}" in history
    assert "潘怡" in history
    for number in (right, holder.id_number):
        assert number not in shown
    trail = Entry.objects.get(action="post_certificate.corrected")
    assert trail.data["fields"] == ["holder", "name"]


def test_whoever_looked_at_an_older_state_is_told_409_and_sees_what_is_there(clerk: Any, holder: Any) -> None:
    row = entered(holder)
    old = correction(row, name="梁子强")
    clerk.post(address(row), correction(row, name="梁自强"))
    late = clerk.post(address(row), old)
    assert (late.status_code, "这本证书刚被他人改动过" in said(late)) == (409, True)
    page = BeautifulSoup(late.content, "html.parser")
    assert page.select_one("dl.zx-dl dd").get_text() == "梁自强"
    assert page.select_one("details[open] input[name=name]")["value"] == "梁子强"
    assert page.select_one("details[open] input[name=version]")["value"] == "1"
    row.refresh_from_db()
    assert row.holder_name == "梁自强"


def test_what_an_enrolment_rests_on_is_not_taken_away(clerk: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        row = make_study(lingzhu, user=people.make_user("梁志强")).enrolment.post_certificate
    make_position("102", "装饰装修施工员")
    refused = clerk.post(address(row), correction(row, position="102"))
    assert (refused.status_code, said(refused)) == (400, "已有人凭此证报名该岗位，岗位不能再改。")
    assert "账号姓名与此不符" in said(clerk.post(address(row), correction(row, name="梁自强")))
    assert "没有任何改动" in said(clerk.post(address(row), correction(row)))
    assert "岭筑" in page_of(clerk.get(address(row)))


def test_revoked_and_given_back_each_for_a_reason(clerk: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        row = make_study(lingzhu, user=people.make_user("梁志强"), admitted=False).enrolment.post_certificate
    empty = clerk.post(address(row), {"verb": "revoke", "version": "0", "reason": ""})
    assert (empty.status_code, said(empty)) == (400, "请用一句话说明原因。")
    shown = page_of(clerk.post(address(row), {"verb": "revoke", "version": "0", "reason": "经查系冒领"}, follow=True))
    assert "撤销 " in shown.replace("</span>", " ")
    assert "经查系冒领" in shown
    registrar = staff_client(lingzhu, Role.REGISTRAR, "何敏")
    assert "岗位证书已撤销的报名" in page_of(registrar.get("/admin/"))
    listed = page_of(registrar.get("/admin/desk/enrolments/?view=revoked"))
    assert "梁志强" in listed
    with in_tenant(lingzhu):
        enrolment = row.enrolments.get()
    desk = page_of(registrar.get(f"/admin/desk/enrolments/{enrolment.uuid}/detail/"))
    assert "协会已撤销此岗位证书" in desk
    refused = registrar.post(f"/admin/desk/enrolments/{enrolment.uuid}/detail/", {"verb": "confirm", "seen": "on"})
    assert (refused.status_code, said(refused)) == (400, "这个岗位证书已经失效。")
    back = clerk.post(address(row), {"verb": "restore", "version": "1", "reason": "查明无误"}, follow=True)
    assert "已恢复有效" in page_of(back)
    assert registrar.post(
        f"/admin/desk/enrolments/{enrolment.uuid}/detail/", {"verb": "confirm", "seen": "on"}
    ).status_code == 302  # fmt: skip
    assert "view=revoked" not in page_of(registrar.get("/admin/desk/enrolments/"))


def test_an_auditor_reads_and_changes_nothing(association: Any, holder: Any) -> None:
    row, auditor = entered(holder), staff_client(association, Role.AUDITOR)
    assert 'name="verb"' not in page_of(auditor.get(address(row)))
    assert auditor.post(address(row), {"verb": "revoke", "version": "0", "reason": "经查"}).status_code == 403
    assert auditor.get(f"{LIST}new/").status_code == 403


def test_nobody_changes_their_own(association: Any) -> None:
    clerk = staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")
    row = entered(clerk.user)
    assert "这是您本人的证书" in page_of(clerk.get(address(row)))
    assert clerk.post(address(row), {"verb": "revoke", "version": "0", "reason": "经查"}).status_code == 400
    row.refresh_from_db()
    assert row.state == "valid"


def test_a_certificate_that_was_replaced_is_not_touched(clerk: Any, holder: Any) -> None:
    from learning.services import supersede_post_certificate

    row = entered(holder)
    supersede_post_certificate(row, by=None, at=people.BEFORE)
    assert 'name="verb"' not in page_of(clerk.get(address(row)))
    refused = clerk.post(address(row), correction(row, name="梁自强"))
    assert refused.status_code == 400
    row.refresh_from_db()
    assert row.holder_name == "梁志强"


def test_state_and_position_narrow_the_list_and_a_search_keeps_them(clerk: Any, holder: Any) -> None:
    entered(holder)
    other = entered(people.make_user("何敏"), "粤建岗900002", position=make_position("102", "装饰装修施工员"))
    clerk.post(address(other), {"verb": "revoke", "version": "0", "reason": "经查系冒领"})
    revoked = page_of(clerk.get(f"{LIST}?state=revoked"))
    assert ("粤建岗900002" in revoked, "粤建岗900001" in revoked) == (True, False)
    first = page_of(clerk.get(f"{LIST}?position=101"))
    assert ("粤建岗900001" in first, "粤建岗900002" in first) == (True, False)
    found = clerk.post(f"{LIST}?state=revoked", {"q": "何敏"})
    assert found.headers["Location"] == f"{LIST}?state=revoked&q=%E4%BD%95%E6%95%8F"
    by_number = clerk.post(LIST, {"q": holder.id_number})
    assert holder.id_number not in by_number.headers["Location"]
    assert "粤建岗900001" in page_of(clerk.get(by_number.headers["Location"]))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_and_a_page_take_as_many_queries_with_one_row_as_with_three(
    clerk: Any, holder: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any, rows: int
) -> None:
    row = entered(holder)
    for number in range(1, rows):
        entered(people.make_user(), f"粤建岗90001{number}")
    for number in range(rows):
        where = (lingzhu, jiangxin)[number % 2]
        with in_tenant(where):
            enrolment = make_study(where, user=people.make_user("梁志强"), year=2026 + number).enrolment
            enrolment.post_certificate = row
            enrolment.save(update_fields=["post_certificate"])
        clerk.post(address(row), correction(row, issued_on=f"2017-06-0{number + 1}"))
    listed, page = queries_of(clerk, LIST)
    assert (listed, page.count('class="zx-nowrap zx-num"')) == (16, rows * 2)
    looked, page = queries_of(clerk, address(row))
    assert (looked, page.count('class="zx-was"')) == (18, rows)
