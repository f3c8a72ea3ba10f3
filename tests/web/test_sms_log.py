"""The SMS log of the console: found by state, template, institution, day and phone, without a number in clear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tenants.audit.models import Entry
from tenants.messages import services
from tenants.messages.models import Sms, SmsState
from tenants.roles.roles import Role
from tests.support.staff import queries_of, staff_client

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
THERE = "/admin/console/messages/"


@pytest.fixture
def boss(association: Any) -> Any:
    return staff_client(association, Role.SUPERADMIN)


def queue(user: Any, key: str, *, state: str = "sent", **more: Any) -> Sms:
    values = {"template": "hours_approved", "institution": None, "at": AT} | more
    sms = services.queue_sms(key=key, user=user, **values)
    Sms.objects.filter(pk=sms.pk).update(state=state, error="isv.MOBILE_NUMBER_ILLEGAL" if state == "failed" else "")
    sms.refresh_from_db()
    return sms


def names(client: Any, query: str = "") -> list[str]:
    page = BeautifulSoup(client.get(THERE + query).content, "html.parser")
    return [row.select("td")[2].select_one(".zx-sub").text for row in page.select("tbody tr")]


def test_numbers_are_masked_and_the_reason_of_a_failure_is_said(boss: Any, make_user: Any) -> None:
    user = make_user("梁志强")
    queue(user, "1", state="failed")
    page = boss.get(THERE).content.decode()
    assert user.phone not in page
    assert f"{user.phone[:3]}****{user.phone[-4:]}" in page
    assert "号码无效" in page
    assert "学时审核通过" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["丁", "丙", "乙", "甲"]),
        ("?state=failed", ["乙"]),
        ("?state=unknown", ["丙"]),
        ("?template=hours_complete", ["丁"]),
        ("?institution=lingzhu", ["甲"]),
        ("?since=2026-03-03", ["丁"]),
        ("?until=2026-03-02&state=sent", ["甲"]),
    ],
)
def test_filters(boss: Any, make_user: Any, lingzhu: Any, query: str, found: list[str]) -> None:
    queue(make_user("甲"), "1", institution=lingzhu)
    queue(make_user("乙"), "2", state="failed")
    queue(make_user("丙"), "3", state="unknown")
    queue(make_user("丁"), "4", template="hours_complete", at=AT + timedelta(days=1))
    assert names(boss, query) == found


def test_messages_to_a_phone_are_found_and_the_phone_is_in_no_address(boss: Any, make_user: Any) -> None:
    user, other = make_user("梁志强"), make_user("周敏")
    queue(user, "1")
    queue(other, "2")
    answer = boss.post(THERE, {"phone": f" {user.phone[:3]} {user.phone[3:]} "})
    assert answer.status_code == 302
    assert user.phone not in answer["Location"]
    assert names(boss, answer["Location"].removeprefix(THERE)) == ["梁志强"]
    wrong = boss.post(THERE, {"phone": "123"})
    page = BeautifulSoup(wrong.content, "html.parser")
    assert wrong.status_code == 400
    assert page.select_one("[name=phone]")["value"] == "123"
    assert page.select_one(".zx-field__err") is not None


def test_a_failed_message_goes_once_more_and_that_is_recorded(boss: Any, make_user: Any) -> None:
    sms = queue(make_user(), "1", state="failed")
    assert "再发一次" in boss.get(THERE).content.decode()
    assert boss.post(f"{THERE}{sms.uuid}/again/").status_code == 302
    sms.refresh_from_db()
    assert sms.state == SmsState.QUEUED
    assert Entry.objects.get(action="sms.again").actor == boss.user


@pytest.mark.parametrize("state", ["unknown", "sent", "sending", "cancelled"])
def test_what_may_have_left_has_no_such_button(boss: Any, make_user: Any, state: str) -> None:
    sms = queue(make_user(), "1", state=state)
    assert "再发一次" not in boss.get(THERE).content.decode()
    boss.post(f"{THERE}{sms.uuid}/again/")
    sms.refresh_from_db()
    assert sms.state == state


def test_an_auditor_reads_and_sends_nothing(association: Any, make_user: Any) -> None:
    sms = queue(make_user(), "1", state="failed")
    auditor = staff_client(association, Role.AUDITOR)
    assert "再发一次" not in auditor.get(THERE).content.decode()
    assert auditor.post(f"{THERE}{sms.uuid}/again/").status_code == 403


def test_the_log_takes_as_many_queries_with_one_row_as_with_three(boss: Any, make_user: Any, lingzhu: Any) -> None:
    queue(make_user(), "1", institution=lingzhu)
    count, _page = queries_of(boss, THERE)
    queue(make_user(), "2", institution=lingzhu)
    queue(make_user(), "3", institution=lingzhu)
    assert queries_of(boss, THERE)[0] == count
