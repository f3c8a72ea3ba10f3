"""更正: what a person may ask, and how the association decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import now

from tenants.roles.roles import Role
from tests.support import people
from tests.support.certified import AT as CERTIFIED_AT
from tests.support.certified import make_finished
from tests.support.staff import queries_of, staff_client

WHY = "身份证 5 月换新"


def page_of(response: Any, status: int = 200) -> BeautifulSoup:
    assert response.status_code == status, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def wish(user: Any, field: str, value: str, *, at: Any = None) -> Any:
    from tenants.accounts.data_requests import Wish, ask_correction

    return ask_correction(user, Wish(field, value, WHY), by=user, at=at or now())


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")


def address(asked: Any) -> str:
    return f"/admin/console/data-requests/{asked.uuid}/"


def test_a_wish_keeps_what_was_typed_and_says_at_the_field_what_is_wrong(lingzhu: Any, trainee_client: Any) -> None:
    from tenants.accounts.models import DataRequest

    client = trainee_client(lingzhu)
    typed = {"field": "id_number", "id_number": "440106198503120019", "why": WHY}
    page = page_of(client.post("/my/data/correct/", typed), 400)
    assert "对照证件" in page.select_one(".wish-id_number .field-error").get_text()
    assert page.select_one("#id_id_number")["value"] == "440106198503120019"
    assert page.select_one("#id_why").get_text(strip=True) == WHY
    assert (
        "请填写正确的内容" in page_of(client.post("/my/data/correct/", {"field": "name", "why": WHY}), 400).get_text()
    )
    assert (
        "相同"
        in page_of(
            client.post("/my/data/correct/", {"field": "name", "name": client.user.name, "why": WHY}), 400
        ).get_text()
    )
    assert DataRequest.objects.count() == 0
    assert client.post("/my/data/correct/", {"field": "name", "name": "陈志彊", "why": WHY}).status_code == 302
    assert "有一项更正正在核对" in client.get("/my/data/correct/").content.decode()


def test_a_number_of_somebody_else_is_taken_down_like_any_other(
    lingzhu: Any, trainee_client: Any, make_user: Any, clerk: Any
) -> None:
    from tenants.accounts.models import DataRequest

    other, client = make_user("何敏"), trainee_client(lingzhu)
    typed = {"field": "id_number", "id_number": other.id_number, "why": WHY}
    assert client.post("/my/data/correct/", typed).status_code == 302
    asked = DataRequest.objects.get()
    refused = page_of(clerk.post(address(asked), {"accept": "1", "seen": "on"}), 400).get_text()
    assert "不能一起使用" in refused
    assert "何敏" not in refused
    client.user.refresh_from_db()
    assert client.user.id_number != other.id_number


def test_the_clerk_sees_masked_numbers_the_parts_that_differ_and_the_papers(
    lingzhu: Any, in_tenant: Any, clerk: Any
) -> None:
    from certs.services import issue_hours_certificate

    with in_tenant(lingzhu):
        study = make_finished(lingzhu)
        document = issue_hours_certificate(study.enrolment, at=CERTIFIED_AT, by=None)
    user = study.user
    right = people.id_number(int(user.id_number[14:17]), born="19850313")
    asked = wish(user, "id_number", right)
    page = page_of(clerk.get(address(asked)))
    text = page.get_text(" ", strip=True)
    assert "出生日期" in text
    assert "校验码" in text
    assert document.number in text
    assert user.id_number not in str(page)
    assert right not in str(page)
    assert f"{right[:6]}********{right[14:]}" in text


def test_a_correction_needs_the_document_seen_and_is_told_by_sms(clerk: Any, make_user: Any) -> None:
    from tenants.accounts.models import User
    from tenants.audit.models import Entry
    from tenants.messages.models import Sms

    user = make_user()
    right = people.id_number(int(user.id_number[14:17]), born="19850313")
    asked = wish(user, "id_number", right)
    assert "请先核对证件" in page_of(clerk.post(address(asked), {"accept": "1"}), 400).get_text()
    assert clerk.post(address(asked), {"accept": "1", "seen": "on"}).status_code == 302
    found = User.objects.by_id_number(right)
    assert (found.pk, found.id_number) == (user.pk, right)
    assert User.objects.by_id_number(user.id_number) is None
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by_id) == ("done", clerk.user.pk)
    assert "已办理" in Sms.objects.get(user=user).text
    entry = Entry.objects.get(action="account.corrected")
    assert (entry.actor_id, entry.data) == (clerk.user.pk, {"field": "id_number"})
    assert "已被办理" in page_of(clerk.post(address(asked), {"accept": "1", "seen": "on"}), 400).get_text()


def test_a_certificate_keeps_the_old_name_and_is_listed_to_be_issued_anew(
    lingzhu: Any, in_tenant: Any, clerk: Any
) -> None:
    from certs.models import HoursCertificate
    from certs.pdf.facts import HoursFacts
    from certs.services import issue_hours_certificate

    with in_tenant(lingzhu):
        study = make_finished(lingzhu)
        document = issue_hours_certificate(study.enrolment, at=CERTIFIED_AT, by=None)
    asked = wish(study.user, "name", "陈志彊")
    clerk.post(address(asked), {"accept": "1", "seen": "on"})
    with in_tenant(lingzhu):
        assert HoursFacts.from_json(HoursCertificate.objects.get().facts).name == "陈志强"
    study.user.refresh_from_db()
    assert (study.user.name, study.user.name_pinyin) == ("陈志彊", "chenzhijiang")
    assert document.number in clerk.get(address(asked)).content.decode()


def test_a_refusal_needs_a_sentence_that_the_person_reads(clerk: Any, lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    asked = wish(client.user, "name", "陈志彊")
    assert "请写明不予更正的原因" in page_of(clerk.post(address(asked), {"refuse": "1"}), 400).get_text()
    assert clerk.post(address(asked), {"refuse": "1", "answer": "证件上仍是原名"}).status_code == 302
    page = client.get("/my/data/").content.decode()
    assert "证件上仍是原名" in page
    assert "未予办理" in page


def test_nobody_decides_about_themselves_and_readers_only_read(association: Any, clerk: Any, make_user: Any) -> None:
    own = wish(clerk.user, "name", "潘小怡")
    assert "不能处理自己" in page_of(clerk.post(address(own), {"accept": "1", "seen": "on"}), 400).get_text()
    asked = wish(make_user(), "name", "陈志彊")
    auditor = staff_client(association, Role.AUDITOR, "罗文")
    assert "按此答复" not in page_of(auditor.get(address(asked))).get_text()
    assert auditor.post(address(asked), {"accept": "1", "seen": "on"}).status_code == 403
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "冯洁")
    assert reviewer.get(address(asked)).status_code == 403


def test_an_institution_has_no_such_screen(lingzhu: Any, make_user: Any) -> None:
    asked = wish(make_user(), "name", "陈志彊")
    manager = staff_client(lingzhu, Role.MANAGER, "林国强")
    assert manager.get(address(asked)).status_code == 404
    assert manager.get("/admin/console/data-requests/").status_code == 404


def test_late_ones_stand_first_and_on_the_dashboard(clerk: Any, make_user: Any) -> None:
    late = wish(make_user("何敏"), "name", "何小敏", at=now() - timedelta(days=16))
    wish(make_user("梁志强"), "name", "梁志彊")
    names = [
        row.get_text(strip=True) for row in page_of(clerk.get("/admin/console/data-requests/")).select("a.zx-name")
    ]
    assert names == ["何敏", "梁志强"]
    only = page_of(clerk.get("/admin/console/data-requests/?view=late"))
    assert [row["href"] for row in only.select("a.zx-name")] == [address(late)]
    board = page_of(clerk.get("/admin/")).get_text(" ", strip=True)
    assert "已逾期的个人信息请求" in board
    assert "待决定的更正请求" in board


def test_the_list_takes_as_many_queries_for_three_as_for_one(clerk: Any, make_user: Any) -> None:
    counts = []
    for rows in (1, 3):
        for _more in range(rows - len(counts)):
            wish(make_user(), "name", "陈志彊")
        counts.append(queries_of(clerk, "/admin/console/data-requests/")[0])
    assert counts[0] == counts[1]
