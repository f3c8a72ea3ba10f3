"""行业鉴定信息查询: the public look-up and the register behind it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support import people
from tests.support.portal import AT, make_appraisal
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/console/appraisals/", "/admin/console/appraisals/add/"


def words(response: Any) -> str:
    """The page's main part without tags, spaces run together."""
    page = response.content.decode()
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", page[page.index("<main") :]))


@pytest.fixture
def visitor(association: Any) -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "何敏")


def ask(client: Client, number: str, name: str) -> Any:
    """Fill in the public form, captcha included."""
    from captcha.models import CaptchaStore

    client.get("/appraisals/")
    challenge = CaptchaStore.objects.latest("id")
    form = {"number": number, "name": name, "captcha_0": challenge.hashkey, "captcha_1": challenge.response}
    return client.post("/appraisals/", form)


def typed(**more: str) -> dict[str, str]:
    return {
        "number": "jd2026-0002", "name": "梁志强", "id_number": people.id_number(902), "occupation": "架子工",
        "level": "3", "site": "匠新鉴定点", "region": "广州", "appraised_on": "2026-02-01", "result": "passed",
    } | more  # fmt: skip


def test_who_knows_number_and_name_learns_the_result_and_no_more(visitor: Client) -> None:
    record = make_appraisal()
    page = ask(visitor, " jd2026-0001 ", "陈志强 ")
    text = words(page)
    for expected in ("鉴定结果：合格", "JD2026-0001", "陈*强", "钢筋工", "中级（四级）", "岭筑鉴定点", "2026-02-01"):
        assert expected in text
    for hidden in ("陈志强", record.holder_id_number, record.holder_id_number[-4:]):
        assert hidden not in text.replace("JD2026-0001", "")


@pytest.mark.parametrize(
    ("number", "name"),
    [("ＪＤ２０２６－０００１", "陈志强"), ("JD20260001", "陈 志强"), ("JD 2026 0001", "陈\u3000志强")],
)
def test_a_record_is_found_however_number_and_name_are_written(visitor: Client, number: str, name: str) -> None:
    make_appraisal()
    assert "鉴定结果：合格" in words(ask(visitor, number, name))


def test_of_two_numbers_that_differ_in_a_hyphen_the_typed_one_is_shown(visitor: Client) -> None:
    make_appraisal("JD20260-001", occupation="木工")
    make_appraisal("JD2026-0001", occupation="钢筋工")
    assert "木工" in words(ask(visitor, "jd20260-001", "陈志强"))
    assert "钢筋工" in words(ask(visitor, "JD2026-0001", "陈志强"))


def test_a_wrong_name_and_a_wrong_number_get_the_same_answer(visitor: Client) -> None:
    make_appraisal()
    wrong_name, wrong_number = ask(visitor, "JD2026-0001", "陈志"), ask(visitor, "JD2026-0009", "陈志强")
    assert wrong_name.status_code == wrong_number.status_code == 200
    assert words(wrong_name) == words(wrong_number)
    assert "没有查到这条鉴定记录" in words(wrong_name)


@pytest.mark.parametrize(
    ("result", "headline"), [("failed", "鉴定结果：不合格"), ("pending", "结果尚未公布"), ("passed", "鉴定结果：合格")]
)
def test_each_result_is_said_as_it_is(visitor: Client, result: str, headline: str) -> None:
    make_appraisal(result=result)
    assert headline in words(ask(visitor, "JD2026-0001", "陈志强"))


def test_a_void_record_says_since_when(visitor: Client, clerk: Any) -> None:
    record = make_appraisal()
    response = clerk.post(f"{LIST}{record.uuid}/void/", {"reason": "登记时串了号"})
    assert response.status_code == 302
    record.refresh_from_db()
    text = words(ask(visitor, "JD2026-0001", "陈志强"))
    assert f"协会已于{localdate(record.voided_at)}作废这条记录" in text
    assert "鉴定结果：合格" not in text


def test_a_wrong_captcha_looks_nothing_up(visitor: Client) -> None:
    make_appraisal()
    form = {"number": "JD2026-0001", "name": "陈志强", "captcha_0": "x", "captcha_1": "nope"}
    page = visitor.post("/appraisals/", form)
    assert page.status_code == 400
    assert "钢筋工" not in words(page)


def test_an_address_that_asks_too_often_has_to_wait(visitor: Client) -> None:
    answers = [visitor.post("/appraisals/", {}) for _ in range(40)]
    assert {answer.status_code for answer in answers} == {400, 429}
    refused = words(answers[-1])
    assert "行业鉴定信息查询" in refused, "under the name of this look-up"
    assert "每个网络地址每分钟可查询10次" in refused
    assert b'href="/appraisals/"' in answers[-1].content.partition(b"<main")[2]


def test_an_institutions_site_has_no_such_page(lingzhu: Any) -> None:
    assert Client(headers={"host": "lingzhu.test"}).get("/appraisals/").status_code == 404


def test_a_clerk_enters_a_record_and_it_is_found_at_once(visitor: Client, clerk: Any) -> None:
    from certs.models import AppraisalRecord

    assert clerk.post(ADD, typed()).status_code == 302
    record = AppraisalRecord.objects.get()
    assert (record.number, record.holder_id_number) == ("JD2026-0002", people.id_number(902))
    assert "鉴定结果：合格" in words(ask(visitor, "JD2026-0002", "梁志强"))
    entry = Entry.objects.get(action="appraisal.added")
    assert (entry.actor, entry.subject_id, entry.data) == (clerk.user, str(record.uuid), {})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": "JD2026-0001"}, "已有这个编号的记录"),
        ({"number": "<b>"}, "编号为 4 至 40 个"),
        ({"id_number": "440106198501010000"}, "身份证"),
        ({"name": "1"}, "姓名"),
        ({"appraised_on": "2099-01-01"}, "结果只能是“尚未公布”"),
        ({"occupation": ""}, "请填写"),
    ],
)
def test_what_cannot_be_entered_says_why_and_keeps_what_was_typed(clerk: Any, wrong: dict, sentence: str) -> None:
    from certs.models import AppraisalRecord

    make_appraisal()
    response = clerk.post(ADD, typed(**wrong))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert "匠新鉴定点" in response.content.decode()
    assert AppraisalRecord.objects.count() == 1


def test_a_correction_needs_a_reason_and_names_only_the_fields(clerk: Any) -> None:
    record = make_appraisal()
    page = f"{LIST}{record.uuid}/"
    change = typed(number="JD2026-0001", name="陈志强", id_number="", reason="", site="岭筑鉴定点")
    assert clerk.post(page, change).status_code == 400
    reason = f"成绩单为准，{people.id_number(901)}"
    assert clerk.post(page, change | {"reason": reason}).status_code == 302
    record.refresh_from_db()
    assert (record.occupation, record.level, record.holder_id_number) == ("架子工", "3", people.id_number(901))
    data = Entry.objects.get(action="appraisal.changed").data
    assert data["fields"] == ["level", "occupation"]
    assert people.id_number(901) not in data["reason"]
    assert data["reason"].startswith("成绩单为准")
    again = clerk.post(page, change | {"reason": reason})
    assert again.status_code == 400
    assert "没有任何改动" in again.content.decode()


def test_a_void_record_is_not_changed_any_more(clerk: Any) -> None:
    from certs.appraisals import CannotAppraise, facts_of
    from certs.services import change_appraisal, void_appraisal

    record = void_appraisal(make_appraisal(), reason="登记时串了号", by=clerk.user, at=AT)
    with pytest.raises(CannotAppraise) as refused:
        change_appraisal(record, facts_of(record), reason="再改一次", by=clerk.user, at=AT)
    assert refused.value.code == "appraisal.void"
    page = clerk.get(f"{LIST}{record.uuid}/").content.decode()
    assert "作废这条记录" not in page
    assert "这条记录已作废，不能再修改" in page


def test_the_register_is_searched_by_a_whole_id_number_without_an_address_that_holds_it(clerk: Any) -> None:
    make_appraisal()
    make_appraisal("JD2026-0003", "黄晓彤", id_number=people.id_number(903), appraised_on=date(2026, 1, 5))
    response = clerk.post(LIST, {"q": people.id_number(903)})
    assert response.status_code == 302
    assert people.id_number(903) not in response["Location"]
    page = clerk.get(response["Location"]).content.decode()
    assert "JD2026-0003" in page
    assert "JD2026-0001" not in page
    assert people.id_number(903) not in page


def test_an_auditor_reads_and_changes_nothing(association: Any) -> None:
    auditor = staff_client(association, Role.AUDITOR)
    record = make_appraisal()
    assert auditor.get(LIST).status_code == 200
    assert auditor.get(f"{LIST}{record.uuid}/").status_code == 200
    for path in (ADD, f"{LIST}{record.uuid}/", f"{LIST}{record.uuid}/void/"):
        assert auditor.post(path, typed(reason="不该能改")).status_code == 403
    record.refresh_from_db()
    assert record.occupation == "钢筋工"
    assert record.voided_at is None


def test_the_register_needs_as_many_queries_with_one_row_as_with_three(clerk: Any) -> None:
    make_appraisal()
    one = queries_of(clerk, LIST)[0]
    for number in (5, 6):
        make_appraisal(f"JD2026-000{number}", "黄晓彤", id_number=people.id_number(900 + number))
    assert queries_of(clerk, LIST)[0] == one
