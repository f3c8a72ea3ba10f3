"""The audit viewer: sentences, filters, one entry, a table to take away, and every look at a face or a full number."""

from __future__ import annotations

import ast
import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from cms.audit_words import ACTIONS, GROUPS
from cms.console.message_words import TEMPLATE_NAMES
from learning.models import PostCertificateChange
from tenants.accounts.reveal import ACTION
from tenants.audit.models import Entry
from tenants.audit.services import record, seal_entries
from tenants.messages.templates import TEMPLATES
from tenants.roles.roles import Role
from tenants.sheets import safe_cell
from tests.support.staff import make_case, queries_of, staff_client

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tenants", "proctoring", "learning", "exams", "certs", "cms", "site")
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
# Where the action of a `record` is computed, what it may be.
COMPUTED = {
    "tenants/accounts/reveal.py": {ACTION},
    "tenants/exports/services.py": {"list.exported", "audit.exported"},
    "tenants/accounts/factors.py": {
        "second_factor.set_up", "second_factor.replaced", "second_factor.shown", "second_factor.recovery_used",
    },
    "learning/services/register.py": {f"post_certificate.{kind}" for kind in PostCertificateChange.Kind.values},
    "learning/review/services.py": {"review.cleared", "review.partly_cleared"},
    "learning/services/claims.py": {"certificate_claim.entered", "certificate_claim.refused"},
    "tenants/imports/running.py": {"import.done", "import.stopped", "import.failed"},
}  # fmt: skip


def recorded() -> tuple[set[str], set[str]]:
    """Actions that the product writes, and the files that compute one."""
    actions, computed = set(), set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        if path == ROOT / "tenants/audit/services.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"record", "_record"} and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    actions.add(str(first.value))
                elif getattr(first, "id", "") != "request":
                    computed.add(path.relative_to(ROOT).as_posix())
    return actions, computed


def test_every_action_of_the_product_has_words_and_no_words_are_left_over() -> None:
    actions, computed = recorded()
    assert computed == set(COMPUTED)
    assert (actions | set().union(*COMPUTED.values())) == set(ACTIONS)
    assert sum(len(group) for group in GROUPS.values()) == len(ACTIONS)
    assert not [words for words in ACTIONS.values() if re.search("[a-z]{3}", str(words))]


def test_every_sms_template_has_a_name() -> None:
    assert set(TEMPLATE_NAMES) == set(TEMPLATES)


@pytest.fixture
def auditor(association: Any) -> Any:
    return staff_client(association, Role.AUDITOR, "何审")


def rows_of(client: Any, query: str = "") -> list[str]:
    page = BeautifulSoup(client.get(f"/admin/console/audit/{query}").content, "html.parser")
    return [row.select_one("th .zx-name").text for row in page.select(".zx-auditlist tbody tr")]


def test_an_entry_is_a_sentence_with_links(auditor: Any, lingzhu: Any, make_user: Any) -> None:
    clerk, trainee = make_user("周敏"), make_user("梁志强")
    record(ACTION, actor=clerk, subject=trainee, institution=lingzhu, at=AT, field="id_number", reason="核对证件")
    seal_entries(at=AT)
    page = BeautifulSoup(auditor.get(f"/admin/console/audit/?action={ACTION}").content, "html.parser")
    [row] = page.select(".zx-auditlist tbody tr")
    cells = [" ".join(cell.get_text(" ").split()) for cell in row.select("td, th")]
    assert cells[:5] == [
        "03-02 16:00:00",
        "周敏",
        "查看完整号码 项目 证件号码 · 原因 核对证件",
        "梁志强 人员",
        lingzhu.short_name,
    ]
    assert row.select_one(f'a[href="/admin/console/people/{trainee.uuid}/"]').text == "梁志强"
    entry = Entry.objects.get(action=ACTION)
    detail = auditor.get(f"/admin/console/audit/{entry.uuid}/").content.decode()
    assert entry.seal.hash in detail
    assert "核对证件" in detail
    assert trainee.id_number not in detail


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?who=周敏", ["设为超级管理员", "授予角色"]),
        ("?who=zhoumin", ["设为超级管理员", "授予角色"]),
        ("?who=系统", ["封存"]),
        ("?action=role.granted", ["授予角色"]),
        ("?institution=lingzhu&who=周敏", ["授予角色"]),
        ("?since=2026-03-03&until=2026-03-03", ["设为超级管理员"]),
        ("?since=2026-03-02&until=2026-03-02&who=周敏", ["授予角色"]),
        ("?subject=accounts.user:{target}", ["设为超级管理员", "授予角色"]),
        ("?person={target}", ["设为超级管理员", "授予角色"]),
        ("?person={clerk}", ["设为超级管理员", "授予角色"]),
        ("?who=没有这个人", []),
    ],
)
def test_filters_leave_what_was_asked_for(
    auditor: Any, lingzhu: Any, make_user: Any, monkeypatch: Any, query: str, found: list[str]
) -> None:
    clerk, target = make_user("周敏"), make_user("梁志强")
    monkeypatch.setitem(ACTIONS, "test.sealed", "封存")
    record("role.granted", actor=clerk, subject=target, institution=lingzhu, at=AT, role="viewer")
    record("account.superuser", actor=clerk, subject=target, at=AT + timedelta(hours=8))  # 0:00 on the next day here
    record("test.sealed", actor=None, at=AT)
    since = "" if "since" in query else "&since=2026-02-01"  # the fixtures gave a role in January
    assert rows_of(auditor, query.format(target=target.uuid, clerk=clerk.uuid) + since) == found


def test_a_wrong_day_says_so_and_keeps_what_was_typed(auditor: Any) -> None:
    answer = auditor.get("/admin/console/audit/?who=周敏&since=2026-03-05&until=2026-03-01")
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 400
    assert page.select_one(".zx-field__err").text == "截止日期早于起始日期。"
    assert page.select_one("[name=who]")["value"] == "周敏"


def test_the_table_to_take_away_runs_no_formula_and_is_an_entry(auditor: Any, make_user: Any) -> None:
    record("role.granted", actor=make_user("周敏"), subject=make_user("=cmd|' /C calc'!A0"), at=AT, role="viewer")
    page = auditor.get("/admin/console/audit/?who=周敏").content.decode()
    assert "/admin/console/exports/audit/?who=%E5%91%A8%E6%95%8F" in page
    wanted = {"format": "csv", "columns": ["at", "who", "words", "action", "what", "details"]}
    answer = auditor.post("/admin/console/exports/audit/?who=周敏", wanted)
    text = b"".join(answer.streaming_content).decode()
    lines = list(csv.reader(StringIO(text.lstrip("\ufeff"))))
    assert text.startswith('\ufeff"时间","操作人","动作","操作代码"')
    assert [line[2] for line in lines[1:]] == ["授予角色"]
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]
    entry = Entry.objects.get(action="audit.exported")
    said = {name: entry.data[name] for name in ("list", "rows", "filters", "full", "format")}
    assert entry.actor == auditor.user
    assert said == {"list": "audit", "rows": 1, "filters": ["who"], "full": False, "format": "csv"}


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x", "\u200b=1", "\u3000＝1"]
)
def test_a_cell_that_looks_like_a_formula_is_text(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


def test_only_superadmin_and_auditor_read_it(association: Any, lingzhu: Any) -> None:
    for role in (Role.HOURS_REVIEWER, Role.CERTIFICATE_CLERK, Role.QUESTION_EDITOR):
        client = staff_client(association, role)
        assert client.get("/admin/console/audit/").status_code == 403
        assert client.post("/admin/console/exports/audit/").status_code == 403
    assert staff_client(lingzhu, Role.MANAGER).get("/admin/console/audit/").status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_takes_as_many_queries_with_one_row_as_with_three(
    association: Any, lingzhu: Any, make_user: Any, more: int
) -> None:
    boss = staff_client(association, Role.SUPERADMIN, "谢敏仪")
    for number in range(more):
        record("account.details", actor=make_user(), subject=make_user(), institution=lingzhu, at=AT, number=number)
    count, _page = queries_of(boss, "/admin/console/audit/?action=account.details")
    record("account.details", actor=make_user(), subject=make_user(), institution=lingzhu, at=AT)
    record("account.details", actor=make_user(), subject=make_user(), institution=lingzhu, at=AT)
    assert queries_of(boss, "/admin/console/audit/?action=account.details")[0] == count


def test_a_look_at_a_face_is_written_down_before_the_picture_leaves(
    association: Any, lingzhu: Any, in_tenant: Any, auditor: Any, monkeypatch: Any
) -> None:
    with in_tenant(lingzhu):
        case = make_case(lingzhu)
        photo = case.enrolment.user.face_profiles.get().photos.first()
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "欧阳审")
    monkeypatch.setattr("proctoring.vault.get", lambda _row: 1 / 0)
    reviewer.raise_request_exception = False
    assert reviewer.get(f"/camera/evidence/photo/{photo.uuid}/").status_code == 500
    entry = Entry.objects.get(action="face_evidence.read")
    assert (entry.actor, entry.subject_id, entry.institution) == (reviewer.user, str(photo.uuid), lingzhu)
    assert rows_of(auditor, "?action=face_evidence.read") == ["查看抓拍或照片"]
