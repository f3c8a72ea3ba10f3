"""Lists that leave the house: no cell runs, no number is whole by itself, no file is somebody else's."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tenants.audit.models import Entry
from tenants.exports.files import write_csv, write_xlsx
from tenants.exports.lists import Column
from tenants.exports.models import ExportJob
from tenants.roles.roles import Role
from tenants.scopes import province_scope
from tenants.sheets import safe_cell
from tests.support import pages, people
from tests.support.staff import staff_client
from tests.support.study import make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/exports/enrolments/"
PAYLOADS = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "  =1+1", "\u3000=1+1", "\u00a0=1",
    "＝1+1", "＋1", "－1", "＠SUM(A1)", "\u200b=1+1", "\ufeff@x", " \u200b ＝1", "\n=1+1", "\x00=1",
)  # fmt: skip
STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def is_inert(text: str) -> bool:
    return text.startswith("'") or not text.strip(" \u3000\u00a0\u200b\ufeff\n\x00").startswith(STARTS)


@pytest.fixture
def manager(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.MANAGER, "周敏")


def take(client: Any, address: str = LIST, **posted: Any) -> Any:
    return client.post(address, {"format": "csv", "columns": ["name", "id_number", "phone", "class"]} | posted)


def read_csv(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(StringIO(text.lstrip("\ufeff"))))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_is_text_in_both_formats(payload: str) -> None:
    assert safe_cell(payload).startswith("'")
    table, sheet = BytesIO(), BytesIO()
    assert write_csv(table, ["甲", payload], [[payload, 1], [-2, None]]) == 2
    assert write_xlsx(sheet, ["甲", payload], [[payload, 1], [-2, None]]) == 2
    lines = list(csv.reader(StringIO(table.getvalue().decode().lstrip("\ufeff"))))
    assert is_inert(lines[0][1])
    assert is_inert(lines[1][0])
    assert lines[2] == ["-2", ""]  # a number keeps its sign
    for row in load_workbook(BytesIO(sheet.getvalue())).active.iter_rows():
        for cell in row:
            assert cell.data_type in {"s", "n", "inlineStr"}
            assert cell.value is None or not isinstance(cell.value, str) or is_inert(cell.value)


def test_another_sign_between_cells_begins_no_cell_with_a_formula() -> None:
    table = BytesIO()
    write_csv(table, ["甲"], [["a;=1+1"], ["b\t=1+1"]])
    assert '"a;=1+1"' in table.getvalue().decode()
    assert '"b\t=1+1"' in table.getvalue().decode()


def test_names_classes_and_notes_come_out_inert(manager: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu, user=people.make_user("梁志强"))
        type(study.user).objects.filter(pk=study.user.pk).update(name="=1+1")  # past the rule for names
        study.enrolment.training_class = pages.open_class(lingzhu, "@SUM(A1:A9)")
        study.enrolment.withdrawal_reason = "+cmd|calc"
        study.enrolment.save()
    columns = ["name", "class", "withdrawal"]
    assert read_csv(take(manager, columns=columns))[1] == ["'=1+1", "'@SUM(A1:A9)", "'+cmd|calc"]
    book = load_workbook(BytesIO(b"".join(take(manager, columns=columns, format="xlsx").streaming_content)))
    assert [cell.value for cell in book.active[2]] == ["'=1+1", "'@SUM(A1:A9)", "'+cmd|calc"]


def test_no_column_can_be_invented(manager: Any) -> None:
    for columns in (["=1+1"], ["name", "user__password"], []):
        answer = take(manager, columns=columns)
        assert answer.status_code == 400
        assert not answer.streaming
    assert not Entry.objects.filter(action="list.exported").exists()


def test_numbers_are_masked_unless_somebody_who_may_says_why(manager: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        user = make_study(lingzhu, user=people.make_user("梁志强")).user
    masked = f"{user.id_number[:6]}********{user.id_number[-4:]}"
    assert read_csv(take(manager))[1][:2] == ["梁志强", masked]
    assert take(manager, full="on", reason="查").status_code == 400
    assert read_csv(take(manager, full="on", reason="报送主管部门"))[1][:2] == ["梁志强", user.id_number]
    entries = list(Entry.objects.filter(action="list.exported").order_by("pk"))
    assert [entry.data["full"] for entry in entries] == [False, True]
    assert entries[1].data == {
        "list": "enrolments", "columns": ["name", "id_number", "phone", "class"], "rows": 1, "filters": [],
        "full": True, "format": "csv", "reason": "报送主管部门",
    }  # fmt: skip


def test_who_has_withdrawn_stays_masked_in_a_full_file(manager: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu, user=people.make_user("梁志强"))
        type(study.enrolment).objects.filter(pk=study.enrolment.pk).update(admission="withdrawn")
    assert "********" in read_csv(take(manager, full="on", reason="报送主管部门"))[1][1]


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.EDITOR, 403)])
def test_a_role_without_the_right_gets_no_full_file(lingzhu: Any, role: Role, status: int) -> None:
    client = staff_client(lingzhu, role)
    assert take(client, full="on", reason="报送主管部门").status_code == status
    assert not Entry.objects.filter(action="list.exported").exists()


def test_an_auditor_of_the_association_takes_masked_files_only(association: Any) -> None:
    client = staff_client(association, Role.AUDITOR)
    address = "/admin/console/exports/post-certificates/"
    assert take(client, address, columns=["number"]).status_code == 200
    assert take(client, address, columns=["number"], full="on", reason="报送主管部门").status_code == 403


def test_full_files_are_counted_by_the_day(manager: Any, lingzhu: Any) -> None:
    answers = [take(manager, full="on", reason="报送主管部门").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_what_somebody_typed_is_not_in_the_audit_trail(manager: Any) -> None:
    take(manager, f"{LIST}?view=pay&q=梁志强&class=3")
    assert Entry.objects.get(action="list.exported").data["filters"] == ["class=3", "q", "view=pay"]


def test_a_list_of_another_institutions_class_does_not_exist(manager: Any, jiangxin: Any, in_tenant: Any) -> None:
    with in_tenant(jiangxin):
        there = pages.open_class(jiangxin, "他们的班")
    for of in (there.uuid, "x", ""):
        assert manager.get(f"/admin/desk/exports/class/?of={of}").status_code == 404
        assert take(manager, f"/admin/desk/exports/class/?of={of}", columns=["name"]).status_code == 404


def a_job(institution: Any, by: Any, **values: Any) -> ExportJob:
    from datetime import timedelta

    from django.utils.timezone import now

    from tenants import vault

    job = ExportJob(
        institution=institution, by=by, what="enrolments", columns=["name"], format="csv", language="zh-hans",
        state="done", created_at=now(), expires_at=now() + timedelta(days=1), asked="{}",
        **values,
    )  # fmt: skip
    job.file = vault.put(job, "file", "梁志强".encode(), folder="lists")
    with province_scope():
        job.save()
    return job


def test_a_file_is_its_owners_only(manager: Any, lingzhu: Any, jiangxin: Any, association: Any) -> None:
    job = a_job(lingzhu, manager.user)
    colleague, other = staff_client(lingzhu, Role.MANAGER, "何敏"), staff_client(jiangxin, Role.MANAGER, "区敏")
    theirs = a_job(jiangxin, manager.user)  # asked for where the same person works too: not opened from here
    assert b"".join(manager.post(f"/admin/desk/exports/jobs/{job.uuid}/file/").streaming_content).decode() == "梁志强"
    for client, uuid in ((colleague, job.uuid), (other, job.uuid), (manager, theirs.uuid)):
        for part, method in (("", "get"), ("file/", "post"), ("cancel/", "post")):
            assert getattr(client, method)(f"/admin/desk/exports/jobs/{uuid}/{part}").status_code == 404
        assert str(uuid) not in client.get("/admin/desk/exports/").content.decode()
    chief = staff_client(association, Role.SUPERADMIN)
    assert chief.post(f"/admin/console/exports/jobs/{job.uuid}/file/").status_code == 404
    assert Entry.objects.filter(action="export.downloaded").count() == 1


def test_a_full_file_needs_the_right_on_the_day_it_is_taken(lingzhu: Any) -> None:
    viewer = staff_client(lingzhu, Role.VIEWER)
    job = a_job(lingzhu, viewer.user, full=True)
    assert viewer.post(f"/admin/desk/exports/jobs/{job.uuid}/file/").status_code == 403
    assert not Entry.objects.filter(action="export.downloaded").exists()


def test_a_file_cannot_be_fetched_by_a_link(manager: Any, lingzhu: Any) -> None:
    assert manager.get(f"/admin/desk/exports/jobs/{a_job(lingzhu, manager.user).uuid}/file/").status_code == 405


def test_a_title_is_escaped_like_any_cell() -> None:
    table = BytesIO()
    write_csv(table, [str(Column("a", "=HYPERLINK(1)", str).title)], [])
    assert table.getvalue().decode() == '\ufeff"\'=HYPERLINK(1)"\r\n'
