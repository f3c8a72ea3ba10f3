"""Lists taken away at the desk and in the console: at once, and in the background."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.storage import storages
from django.utils.timezone import now
from openpyxl import load_workbook

from cms.exporting.lists import CONSOLE, DESK, lists_at
from cms.exporting.making import make
from cms.retention import count_ended, end_of_retention
from cms.tasks import make_waiting_exports
from config.processes import wait_until
from tenants.audit.models import Entry
from tenants.exports import jobs
from tenants.exports.models import ExportJob
from tenants.roles.roles import Role
from tenants.rulesets.services import publish_ruleset
from tenants.scopes import institution_scope, province_scope
from tests.support import exam, pages, people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/exports/enrolments/"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def small(db: Any) -> None:
    """A ruleset under which a list of two rows is already long."""
    values = {"exports": {"at_once_rows": 1, "waiting_most": 2}}
    publish_ruleset(name="small", values=values, in_force_from=people.BEFORE, by=None, at=people.BEFORE)


def enrol(institution: Any, in_tenant: Any, *names: str, **how: Any) -> list[Any]:
    with in_tenant(institution):
        return [make_study(institution, user=people.make_user(name), **how).enrolment for name in names]


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode().lstrip("\ufeff"))))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_file_is_what_the_list_shows(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    enrol(lingzhu, in_tenant, "周待付", admitted=False)
    shown = BeautifulSoup(registrar.get("/admin/desk/enrolments/?view=studying&q=梁").content, "html.parser")
    button = next(a["href"] for a in shown.select("a.w-header-button") if "导出" in a.text)
    assert button == f"{LIST}?view=studying&q=%E6%A2%81"
    page = BeautifulSoup(registrar.get(button).content, "html.parser")
    assert "共 1 行" in page.select_one("form.zx-export p").text
    ticked = [box["value"] for box in page.select("[name=columns][checked]")]
    assert ticked[:4] == ["name", "id_number", "phone", "position"]
    answer = registrar.post(button, {"columns": ["year", "name", "hours_required"], "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store, private" in answer["Cache-Control"]
    assert rows_of(body(answer)) == [["姓名", "年度", "应学学时"], ["梁志强", "2026", "32"]]


def test_days_and_numbers_stay_such_in_a_sheet(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    enrol(lingzhu, in_tenant, "梁志强")
    answer = registrar.post(LIST, {"columns": ["name", "year", "training_fee", "created_at"], "format": "xlsx"})
    sheet = load_workbook(BytesIO(body(answer))).active
    assert [cell.value for cell in sheet[1]] == ["姓名", "年度", "培训费", "报名时间"]
    assert [type(cell.value).__name__ for cell in sheet[2]] == ["str", "int", "int", "datetime"]
    assert sheet.freeze_panes == "A2"
    assert sheet.max_row == 2


def test_the_office_takes_certificate_papers_refund_and_invoice_along(
    registrar: Any, lingzhu: Any, in_tenant: Any
) -> None:
    [enrolment] = enrol(lingzhu, in_tenant, "梁志强")
    with in_tenant(lingzhu):
        type(enrolment).objects.filter(pk=enrolment.pk).update(refund_note="退 280 元", wants_invoice=True)
        enrolment.refresh_from_db()
    columns = ["certificate", "refund", "wants_invoice", "seen_at", "seen_by"]
    table = rows_of(body(registrar.post(LIST, {"format": "csv", "columns": columns})))
    assert table[0] == ["岗位证书编号", "退费", "需要发票", "已查验证件", "证件核对人"]
    assert table[1][:3] == [enrolment.post_certificate.number, "退 280 元", "是"]
    assert table[1][3].startswith("2026-01-06")
    assert table[1][4] == enrolment.seen_by.name


def test_what_was_typed_wrong_is_kept(registrar: Any) -> None:
    answer = registrar.post(LIST, {"format": "pdf", "columns": ["name"]})
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 400
    assert [box["value"] for box in page.select("[name=columns][checked]")] == ["name"]


@pytest.mark.parametrize("name", ["enrolments", "classes", "profiles"])
def test_every_list_of_the_desk_comes_with_all_columns(registrar: Any, lingzhu: Any, in_tenant: Any, name: str) -> None:
    enrol(lingzhu, in_tenant, "梁志强")
    with in_tenant(lingzhu):
        pages.open_class(lingzhu, "第 8 期")
    columns = [column.key for column in lists_at(lingzhu)[name].columns]
    table = rows_of(body(registrar.post(f"/admin/desk/exports/{name}/", {"format": "csv", "columns": columns})))
    assert len(table[0]) == len(columns)
    assert len(table) == {"enrolments": 2, "classes": 2, "profiles": 1}[name]


def test_the_people_of_a_class_by_their_standing(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    [enrolment] = enrol(lingzhu, in_tenant, "梁志强")
    with in_tenant(lingzhu):
        row = pages.open_class(lingzhu, "第 8 期")
        type(enrolment).objects.filter(pk=enrolment.pk).update(training_class=row)
    page = registrar.get(f"/admin/desk/classes/{row.uuid}/?standing=not_started").content.decode()
    address = f"/admin/desk/exports/class/?of={row.uuid}&standing=not_started"
    assert address.replace("&", "&amp;") in page
    columns = {"format": "csv", "columns": ["name", "standing", "signature"]}
    assert rows_of(body(registrar.post(address, columns)))[1:] == [["梁志强", "未开始", ""]]
    assert rows_of(body(registrar.post(address.replace("not_started", "passed"), columns)))[1:] == []


@pytest.mark.parametrize("name", [
    "reviews", "decided", "post-certificates", "uploads", "institutions", "data-requests", "questions", "courses",
    "lessons", "plans", "messages", "audit",
])  # fmt: skip
def test_every_list_of_the_console_comes_with_all_columns(
    association: Any, lingzhu: Any, in_tenant: Any, name: str
) -> None:
    from tests.support.certified import make_recorded
    from tests.support.staff import make_case

    boss = staff_client(association, Role.SUPERADMIN, "谢敏仪")
    exam.make_bank(1, 1, 1)
    with in_tenant(lingzhu):
        make_case(lingzhu, name="梁案")
        make_recorded(lingzhu)
    columns = [column.key for column in lists_at(association)[name].columns]
    answer = boss.post(f"/admin/console/exports/{name}/", {"format": "csv", "columns": columns})
    table = rows_of(body(answer))
    shown = boss.get(f"/admin/console/exports/{name}/").content.decode()
    assert len(table[0]) == len(columns) == len(set(table[0]))
    if name not in ("audit", "decided", "data-requests", "plans"):
        assert len(table) > 1, name
        assert f'<b class="zx-num">{len(table) - 1}</b>' in shown
    assert {len(row) for row in table} == {len(columns)}


def test_a_wrong_filter_filters_nothing_as_on_the_page(association: Any) -> None:
    boss = staff_client(association, Role.SUPERADMIN)
    assert boss.get("/admin/console/exports/messages/?since=gestern&template=none").status_code == 200
    assert boss.get("/admin/console/exports/plans/?year=x").status_code == 200
    assert boss.get("/admin/console/exports/nothing/").status_code == 404
    assert boss.get("/admin/console/exports/enrolments/").status_code == 404


def queued(client: Any, lingzhu: Any, address: str = LIST, **posted: Any) -> ExportJob:
    values = {"format": "csv", "columns": ["name", "id_number"]} | posted
    answer = client.post(address, values)
    assert answer.status_code == 302, answer.content.decode()
    with institution_scope(lingzhu):
        return ExportJob.objects.get(uuid=answer["Location"].rstrip("/").rsplit("/", 1)[1])


def run(job: ExportJob, in_tenant: Any, at: Any = None) -> bool:
    with in_tenant(job.institution):
        return jobs.run(job.pk, make=make, clock=lambda: at or now())


def test_a_long_list_is_made_in_the_background(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽", "梁又一")
    assert "后台" in registrar.get(LIST).content.decode()
    job = queued(registrar, lingzhu, f"{LIST}?q=梁")
    page = f"/admin/desk/exports/jobs/{job.uuid}/"
    waiting = BeautifulSoup(registrar.get(page).content, "html.parser")
    assert waiting.select_one("#state")["hx-get"] == page
    assert registrar.post(f"{page}file/").status_code == 404
    assert run(job, in_tenant)
    assert not run(job, in_tenant)  # the second run finds nothing to do
    done = BeautifulSoup(registrar.get(page).content, "html.parser")
    assert "hx-get" not in done.select_one("#state").attrs
    table = rows_of(body(registrar.post(f"{page}file/")))
    assert [row[0] for row in table] == ["姓名", "梁又一", "梁志强"]
    assert "********" in table[1][1]
    made = Entry.objects.get(action="export.made")
    assert made.data["rows"] == 2
    assert made.data["sha256"] in done.text
    assert Entry.objects.get(action="list.exported").data["rows"] == 2
    assert "已下载" in registrar.get("/admin/desk/exports/").content.decode()


def test_what_was_searched_for_is_sealed_in_the_job(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    from django.db import connection

    enrol(lingzhu, in_tenant, "梁志强", "梁又一")
    job = queued(registrar, lingzhu, f"{LIST}?q=梁")
    assert json.loads(job.asked) == {"q": "梁"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked FROM exports_exportjob WHERE id = %s", [job.pk])
        assert "梁".encode() not in bytes(cursor.fetchone()[0])
    run(job, in_tenant)
    with institution_scope(lingzhu):
        job.refresh_from_db()
    with storages["private"].open(job.file) as file:
        assert "梁志强".encode() not in file.read()


def test_the_part_that_changes_comes_alone(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job = queued(registrar, lingzhu)
    with institution_scope(lingzhu):
        ExportJob.objects.filter(pk=job.pk).update(state="running", done=1, total=4)
    part = registrar.get(f"/admin/desk/exports/jobs/{job.uuid}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="state"')
    assert 'value="25"' in part


def test_a_cancelled_job_leaves_nothing(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job = queued(registrar, lingzhu)

    def cancelled_meanwhile(job: ExportJob, out: Any, say: Any) -> int:
        out.write("梁志强".encode())
        assert registrar.post(f"/admin/desk/exports/jobs/{job.uuid}/cancel/").status_code == 302
        with in_tenant(lingzhu):
            say(500)
        return 2

    with in_tenant(lingzhu):
        assert not jobs.run(job.pk, make=cancelled_meanwhile, clock=now)
        job.refresh_from_db()
    assert (job.state, job.file, job.size) == ("cancelled", "", 0)
    assert registrar.post(f"/admin/desk/exports/jobs/{job.uuid}/file/").status_code == 404


def test_a_worker_that_dies_is_followed_by_another_and_not_for_ever(
    registrar: Any, lingzhu: Any, in_tenant: Any, small: None
) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job = queued(registrar, lingzhu)

    def dies(job: ExportJob, out: Any, say: Any) -> int:
        raise MemoryError

    for _ in range(jobs.TRIES):
        with in_tenant(lingzhu), pytest.raises(MemoryError):
            jobs.run(job.pk, make=dies, clock=now)
    assert not run(job, in_tenant)
    with institution_scope(lingzhu):
        job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "export.broken")
    assert "没有做成" in registrar.get(f"/admin/desk/exports/jobs/{job.uuid}/").content.decode()


def test_two_workers_never_make_one_file(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    """Another connection holds the job, as a worker does; when it is killed, the hold is gone with it."""
    import psycopg
    from django.db import connection

    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job, known = queued(registrar, lingzhu), connection.settings_dict
    other = psycopg.connect(
        dbname=known["NAME"], host=known["HOST"], port=known["PORT"] or None, user=known["USER"],
        password=known["PASSWORD"], autocommit=True,
    )  # fmt: skip
    other.execute("SELECT pg_advisory_lock(%s, %s)", [jobs.LOCK, job.pk])
    assert not run(job, in_tenant)
    other.close()  # the server lets go a moment later
    assert wait_until(lambda: run(job, in_tenant), 10)
    with institution_scope(lingzhu):
        job.refresh_from_db()
    assert (job.state, job.tries) == ("done", 1)


def test_the_sweep_sends_what_waits_to_its_own_schema(
    registrar: Any, lingzhu: Any, in_tenant: Any, small: None, monkeypatch: Any
) -> None:
    from tenants.schema import current_schema

    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job, sent = queued(registrar, lingzhu), []
    monkeypatch.setattr("cms.tasks.make_export.delay", lambda pk: sent.append((pk, current_schema())))
    make_waiting_exports.apply()
    assert sent == [(job.pk, "lingzhu")]


def test_only_so_many_wait_at_a_time(registrar: Any, lingzhu: Any, in_tenant: Any, small: None) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    queued(registrar, lingzhu)
    queued(registrar, lingzhu)
    assert registrar.post(LIST, {"format": "csv", "columns": ["name"]}).status_code == 429


def test_more_rows_than_a_file_may_hold_are_refused(registrar: Any, lingzhu: Any, in_tenant: Any) -> None:
    values = {"exports": {"at_once_rows": 1, "most_rows": 1}}
    publish_ruleset(name="tiny", values=values, in_force_from=people.BEFORE, by=None, at=people.BEFORE)
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    assert registrar.post(LIST, {"format": "csv", "columns": ["name"]}).status_code == 400


def test_a_file_and_what_was_asked_for_go_after_their_days(
    registrar: Any, lingzhu: Any, in_tenant: Any, small: None
) -> None:
    enrol(lingzhu, in_tenant, "梁志强", "黄丽")
    job = queued(registrar, lingzhu)
    run(job, in_tenant)
    with institution_scope(lingzhu):
        job.refresh_from_db()
    after = job.created_at + timedelta(days=7)
    assert count_ended(at=after - timedelta(seconds=1)).exports == 0
    assert count_ended(at=after).exports == 1
    end_of_retention(at=after)
    end_of_retention(at=after)
    with province_scope():
        assert not ExportJob.objects.exists()
    assert Entry.objects.filter(action="export.deleted").count() == 1


@pytest.mark.parametrize("more", [1, 3])
def test_pages_take_as_many_queries_whatever_the_rows(
    registrar: Any, lingzhu: Any, in_tenant: Any, small: None, more: int
) -> None:
    enrol(lingzhu, in_tenant, *["梁志强"] * (more + 1))
    with institution_scope(lingzhu):
        for _ in range(more):
            job = queued(registrar, lingzhu)
            ExportJob.objects.filter(pk=job.pk).update(state="done")
    assert queries_of(registrar, LIST)[0] == 16
    assert queries_of(registrar, "/admin/desk/exports/")[0] == 16


def test_names_are_known_once() -> None:
    assert not set(DESK) & {"jobs"}
    assert not set(CONSOLE) & {"jobs"}
