"""A clerk hands a sheet in, looks, confirms, takes back; others see nothing of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from openpyxl import load_workbook

from cms.importing.kinds import resource_of
from learning.models import Enrolment
from tenants.audit.models import Entry
from tenants.imports.models import ImportBatch
from tenants.imports.reading import read_batch
from tenants.imports.running import run_batch
from tenants.imports.undoing import undo_batch
from tenants.roles.roles import Role
from tests.support import pages
from tests.support.register import make_class, open_province
from tests.support.staff import queries_of, staff_client
from tests.unit.test_import_enrolments import book, somebody

pytestmark = pytest.mark.django_db
NEW, HISTORY = "/admin/desk/imports/new/enrolments/", "/admin/desk/imports/"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def here(lingzhu: Any, in_tenant: Any) -> Any:
    pages.seed(lingzhu)
    with in_tenant(lingzhu):
        open_province(lingzhu)
    return lingzhu


@pytest.fixture
def in_place(here: Any, in_tenant: Any) -> Any:
    with in_tenant(here):
        yield here


def sheet(*rows: Any, name: str = "名单.xlsx") -> Any:
    return SimpleUploadedFile(name, book(*rows))


def batch_of(answer: Any) -> ImportBatch:
    return ImportBatch.objects.get(uuid=answer.url.rstrip("/").rsplit("/", 1)[1])


def hand_in(client: Any, *rows: Any, **more: Any) -> ImportBatch:
    """As the page does it; then a worker has read it."""
    answer = client.post(NEW, {"file": sheet(*rows), "year": "2026"} | more)
    assert answer.status_code == 302
    batch = batch_of(answer)
    read_batch(batch.pk, resource_of, clock=now)
    return batch


def address(batch: ImportBatch, part: str = "") -> str:
    return f"{HISTORY}{batch.uuid}/{part}"


def text_of(answer: Any) -> str:
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def test_a_sheet_is_looked_at_confirmed_and_written(registrar: Any, in_place: Any) -> None:
    batch = hand_in(registrar, somebody(1), somebody(2, "李四", listed=False))
    shown = registrar.get(address(batch))
    assert "岗位证书库中没有此人该岗位的岗位证书。" in text_of(shown)
    assert "写入 1 行" in text_of(shown)
    assert somebody(1, listed=False)[1] not in shown.content.decode()
    assert "440106" in text_of(registrar.get(address(batch), {"rows": "new"}))
    assert Enrolment.objects.count() == 0
    registrar.post(address(batch, "act/"), {"verb": "confirm", "seen": "on"})
    assert "写入中" in text_of(registrar.get(address(batch)))
    run_batch(batch.pk, resource_of, clock=now)
    assert "已完成" in text_of(registrar.get(address(batch)))
    found = Enrolment.objects.get()
    assert (found.user.name, found.admission, found.seen_by_id) == ("张三", "awaiting_payment", registrar.user.pk)
    registrar.post(address(batch, "act/"), {"verb": "undo"})
    asking = registrar.get(address(batch))
    assert "撤回中" in text_of(asking)
    assert 'hx-trigger="every 1s"' in asking.content.decode()
    undo_batch(batch.pk, resource_of, clock=now)
    assert Enrolment.objects.count() == 0
    assert "已撤回" in text_of(registrar.get(address(batch)))


def test_the_page_of_a_sheet_that_is_read_asks_for_its_state_and_reloads_when_it_is_done(
    registrar: Any, in_place: Any
) -> None:
    batch = batch_of(registrar.post(NEW, {"file": sheet(somebody(1)), "year": "2026"}))
    asking = registrar.get(address(batch, "status/"), headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in asking.content.decode()
    assert "读取中" in text_of(asking)
    read_batch(batch.pk, resource_of, clock=now)
    assert registrar.get(address(batch, "status/"), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_rows_to_correct_come_back_with_the_reason_and_that_is_in_the_trail(registrar: Any, in_place: Any) -> None:
    wrong = somebody(2, "=李四", listed=False)
    batch = hand_in(registrar, somebody(1), wrong)
    answer = registrar.get(address(batch, "errors/"))
    found = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in found.iter_rows()]
    assert rows[0] == ["姓名", "身份证号", "手机", "岗位", "班级", "错误原因"]
    assert (len(rows), rows[1][1], "公式" in rows[1][5]) == (2, wrong[1], True)
    assert found["A2"].data_type in {"s", "inlineStr"}
    assert Entry.objects.get(action="import.errors_taken").data == {"rows": 1}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("名单.xls", b"\xd0\xcf\x11\xe0", "选择“另存为”"),
        ("名单.xlsx", b"<html>", "内容与扩展名不符"),
        ("名单.pdf", b"%PDF", "仅支持 .xlsx 和 .csv"),
        ("名单.csv", b"", "空"),
    ],
)
def test_what_is_no_sheet_is_refused_at_once(registrar: Any, in_place: Any, name: str, data: bytes, says: str) -> None:
    answer = registrar.post(NEW, {"file": SimpleUploadedFile(name, data), "year": "2026"})
    assert answer.status_code == 400
    assert says in text_of(answer)
    assert not ImportBatch.objects.exists()


def test_a_sheet_without_headings_says_so(registrar: Any, in_place: Any) -> None:
    file = SimpleUploadedFile("a.csv", "甲,乙\n丙,丁\n".encode())
    batch = batch_of(registrar.post(NEW, {"file": file, "year": "2026"}))
    read_batch(batch.pk, resource_of, clock=now)
    assert "没有找到表头" in text_of(registrar.get(address(batch)))
    batch.refresh_from_db()
    assert (batch.state, batch.refusal, batch.file) == ("refused", "import.no_headings", "")


def test_the_same_file_needs_a_second_thought(registrar: Any, in_place: Any) -> None:
    row = somebody(1)
    data = book(row)
    batch = batch_of(registrar.post(NEW, {"file": SimpleUploadedFile("a.xlsx", data), "year": "2026"}))
    read_batch(batch.pk, resource_of, clock=now)
    registrar.post(address(batch, "act/"), {"verb": "confirm"})
    again = registrar.post(NEW, {"file": SimpleUploadedFile("a.xlsx", data), "year": "2026"})
    assert (again.status_code, 'name="again"' in again.content.decode()) == (400, True)
    meant = registrar.post(NEW, {"file": SimpleUploadedFile("a.xlsx", data), "year": "2026", "again": "on"})
    assert meant.status_code == 302


def test_the_template_offers_positions_and_classes(registrar: Any, in_place: Any) -> None:
    make_class(in_place, "第一期")
    book_ = load_workbook(io.BytesIO(b"".join(registrar.get(HISTORY + "template/enrolments/").streaming_content)))
    choices = [cell.value for row in book_.worksheets[1].iter_rows() for cell in row if cell.value]
    assert {"土建施工员", "第一期", "是"} <= set(choices)


def test_another_institution_and_another_role_see_nothing(
    registrar: Any, in_place: Any, jiangxin: Any, lingzhu: Any
) -> None:
    batch = hand_in(registrar, somebody(1))
    stranger = staff_client(jiangxin, Role.REGISTRAR, "别处")
    for part in ("", "errors/", "status/"):
        assert stranger.get(address(batch, part)).status_code == 404
    assert stranger.post(address(batch, "act/"), {"verb": "confirm"}).status_code == 404
    viewer = staff_client(lingzhu, Role.VIEWER, "看客")
    assert viewer.get(address(batch)).status_code == 403
    assert viewer.post(address(batch, "act/"), {"verb": "confirm"}).status_code == 403
    batch.refresh_from_db()
    assert batch.state == "ready"


def test_the_history_takes_as_many_queries_for_three_sheets_as_for_one(registrar: Any, in_place: Any) -> None:
    hand_in(registrar, somebody(1))
    one = queries_of(registrar, HISTORY)
    for number in (2, 3):
        hand_in(registrar, somebody(number, f"李{'二三'[number - 2]}"))
    assert queries_of(registrar, HISTORY)[0] == one[0]
