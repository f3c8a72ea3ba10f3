"""The association's sheets: the register of post certificates and the question bank."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from openpyxl import Workbook

from cms.importing.kinds import resource_of
from exams.models import Question
from learning.models import Enrolment, PostCertificate, PostCertificateChange
from tenants.imports.models import ImportBatch, ImportRow
from tenants.imports.reading import read_batch
from tenants.imports.running import run_batch
from tenants.imports.undoing import undo_batch
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
HISTORY = "/admin/console/imports/"
HEAD = ("证书编号", "姓名", "身份证号", "岗位", "发证日期")
QUESTIONS = ("题号", "题型", "适用岗位", "知识点", "难度", "题干", "选项A", "选项B", "答案", "解析")


@pytest.fixture
def clerk(association: Any) -> Any:
    make_position()
    make_position("111", "材料员")
    return staff_client(association, Role.CERTIFICATE_CLERK, "谢敏仪")


@pytest.fixture
def editor(association: Any) -> Any:
    return staff_client(association, Role.QUESTION_EDITOR, "出题人")


@pytest.fixture
def province(association: Any, in_tenant: Any) -> Any:
    with in_tenant(association):
        yield


def book(*rows: Any) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def hand_in(client: Any, kind: str, *rows: Any) -> ImportBatch:
    file = SimpleUploadedFile("表.xlsx", book(*rows))
    answer = client.post(f"{HISTORY}new/{kind}/", {"file": file})
    assert answer.status_code == 302
    batch = ImportBatch.objects.get(uuid=answer.url.rstrip("/").rsplit("/", 1)[1])
    read_batch(batch.pk, resource_of, clock=now)
    batch.refresh_from_db()
    return batch


def confirm(client: Any, batch: ImportBatch, **said: str) -> Any:
    answer = client.post(f"{HISTORY}{batch.uuid}/act/", {"verb": "confirm"} | said)
    run_batch(batch.pk, resource_of, clock=now)
    batch.refresh_from_db()
    return answer


def undo(client: Any, batch: ImportBatch) -> Any:
    answer = client.post(f"{HISTORY}{batch.uuid}/act/", {"verb": "undo"})
    undo_batch(batch.pk, resource_of, clock=now)
    return answer


def number(sequence: int) -> str:
    return people.id_number(sequence, born="19880808")


def certificate(place: int, name: str = "张三", *, day: Any = "2017年5月4日", position: str = "土建施工员") -> Any:
    return f"粤建岗-{place:06d}", name, number(place), position, day


def problems_of(batch: ImportBatch) -> list[Any]:
    return list(ImportRow.objects.filter(batch=batch, verdict="refused").values_list("number", "problems"))


def test_certificates_are_entered_and_a_second_time_nothing_changes(clerk: Any, province: None) -> None:
    rows = (certificate(1), certificate(2, "李四", day=date(2016, 1, 2), position="材料员"))
    batch = hand_in(clerk, "post_certificates", HEAD, *rows)
    assert (batch.new, batch.refused) == (2, 0)
    confirm(clerk, batch)
    found = PostCertificate.objects.get(holder_name="李四")
    assert (found.number, found.position.code, found.issued_on, found.holder_id_number) == (
        "粤建岗-000002", "111", date(2016, 1, 2), number(2),
    )  # fmt: skip
    assert hand_in(clerk, "post_certificates", HEAD, *rows, certificate(3)).unchanged == 2


def test_a_correction_needs_a_reason_and_is_in_the_history(clerk: Any, province: None) -> None:
    confirm(clerk, hand_in(clerk, "post_certificates", HEAD, certificate(1)))
    batch = hand_in(clerk, "post_certificates", HEAD, certificate(1, day="2018-06-01"))
    assert batch.changed == 1
    assert confirm(clerk, batch).status_code == 400
    confirm(clerk, batch, reason="发证日期录错")
    found = PostCertificate.objects.get()
    change = PostCertificateChange.objects.get()
    assert (found.issued_on, change.reason, change.by) == (date(2018, 6, 1), "发证日期录错", clerk.user)
    undo(clerk, batch)
    found.refresh_from_db()
    assert found.issued_on == date(2017, 5, 4)


def test_each_wrong_certificate_says_why(clerk: Any, province: None) -> None:
    confirm(clerk, hand_in(clerk, "post_certificates", HEAD, certificate(1)))
    own = ("粤建岗-000009", clerk.user.name, clerk.user.id_number, "土建施工员", "2017-01-01")
    batch = hand_in(
        clerk, "post_certificates", HEAD, ("粤建岗-000001", "王五", number(5), "土建施工员", "2017-05-04"),
        certificate(2, day="2099-01-01"), certificate(3, position="厨师"), certificate(4, "李1"), own,
        certificate(6), certificate(6),
    )  # fmt: skip
    assert [(line, said[0][0]) for line, said in problems_of(batch)] == [
        (2, "id_number"), (3, "issued_on"), (4, "position"), (5, "name"), (6, "id_number"), (8, ""),
    ]  # fmt: skip
    assert batch.new == 1


def test_certificates_that_somebody_is_enrolled_with_are_not_taken_back(
    clerk: Any, province: None, lingzhu: Any
) -> None:
    batch = hand_in(clerk, "post_certificates", HEAD, certificate(1))
    confirm(clerk, batch)
    enrolment = make_study(lingzhu).enrolment
    Enrolment.objects.filter(pk=enrolment.pk).update(post_certificate=PostCertificate.objects.get(holder_name="张三"))
    undo(clerk, batch)
    assert "表内有 1 本证书已被使用" in clerk.get(f"{HISTORY}{batch.uuid}/").content.decode()
    assert PostCertificate.objects.filter(holder_name="张三").exists()


def test_questions_come_from_a_sheet_in_the_words_of_their_makers(editor: Any, province: None) -> None:
    rows = (
        ("T1", "单选题", "全部", "法规", 1, "谁负责？", "甲", "乙", "B", "因为。"),
        ("T2", "判断", "101、111", "法规", None, "对吗？", None, None, "正确", ""),
        ("T3", "多选", "*", "法规", 1, "哪些？", "甲", "乙", "A", ""),
    )
    batch = hand_in(editor, "questions", QUESTIONS, *rows)
    assert (batch.new, [line for line, _said in problems_of(batch)]) == (2, [4])
    confirm(editor, batch)
    first, second = Question.objects.filter(code__in=["T1", "T2"]).order_by("code")
    assert (first.kind, first.positions, first.answer, first.options) == ("single", ["*"], "B", ["甲", "乙"])
    assert (second.kind, second.positions, second.answer) == ("true_false", ["101", "111"], "A")
    changed = hand_in(editor, "questions", QUESTIONS, (*rows[0][:5], "谁来负责？", *rows[0][6:]))
    confirm(editor, changed)
    first.refresh_from_db()
    assert (changed.changed, first.stem) == (1, "谁来负责？")
    undo(editor, changed)
    first.refresh_from_db()
    assert first.stem == "谁负责？"


def test_each_role_hands_in_its_own_sheets_only(clerk: Any, editor: Any, province: None) -> None:
    assert clerk.get(f"{HISTORY}new/questions/").status_code == 403
    assert editor.get(f"{HISTORY}new/post_certificates/").status_code == 403
    assert clerk.get(f"{HISTORY}new/enrolments/").status_code == 404
    batch = hand_in(clerk, "post_certificates", HEAD, certificate(1))
    assert editor.get(f"{HISTORY}{batch.uuid}/").status_code == 404
    assert "表.xlsx" not in editor.get(HISTORY).content.decode()
