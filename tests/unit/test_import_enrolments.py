"""Enrolments from a sheet: 500 messy rows, each with what has to come of it; the run, the stop, the way back."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from learning.models import Enrolment, PostCertificate
from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.imports import batches
from tenants.imports.errors import CannotImport
from tenants.imports.models import ImportBatch, ImportRow
from tenants.imports.running import run_batch
from tests.support import people
from tests.support.enrolment_sheets import FEES, book, clock, hand_in, run, sheet_of, somebody
from tests.support.register import AT, make_class, open_province, register
from tests.support.study import make_position
from tests.tools import messy_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def here(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        open_province(lingzhu)
        yield lingzhu


def the_world(institution: Any, other: Any, in_tenant: Any) -> dict[int, Any]:
    """What is known before the messy sheet comes: the register, some accounts, some enrolments, two classes."""
    everybody = messy_sheet.people()
    register(
        [(p.id_number, p.held_name or p.name, p.issued_on, p.state) for p in everybody if p.certificate],
        make_position(),
    )
    make_class(institution, messy_sheet.CLASS)
    make_class(institution, "第二期", number=messy_sheet.SMALL_CLASS, capacity=2)
    accounts = {}
    for person in everybody:
        if person.account or person.enrolled:
            user = people.make_user(person.account or person.name)
            user.set_identity(id_number=person.id_number)
            user.save()
            accounts[person.number] = user
        if person.enrolled:
            place = institution if person.enrolled == "here" else other
            with in_tenant(place):
                _enrol(place, accounts[person.number], person)
    return accounts


def _enrol(place: Any, user: Any, person: Any) -> None:
    certificate = PostCertificate.objects.get(holder_name=person.name, holder_id_index=user.id_number_index)
    from learning.models import Plan

    row = Enrolment(
        institution=place, user=user, position=certificate.position, year=2026, post_certificate=certificate,
        plan=Plan.objects.get(year=2026), created_at=AT,
    )  # fmt: skip
    row.phone = person.phone
    row.save()


def test_the_sheet_that_is_kept_is_the_one_of_the_script() -> None:
    def cells(data: bytes) -> list[Any]:
        return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()]

    kept = cells(messy_sheet.KEPT.read_bytes())
    assert kept == cells(messy_sheet.workbook())
    assert len(list(messy_sheet.rows())) == 500


def test_of_500_messy_rows_each_says_what_is_wrong(here: Any, jiangxin: Any, clerk: Any, in_tenant: Any) -> None:
    the_world(here, jiangxin, in_tenant)
    batch = hand_in(here, clerk, messy_sheet.KEPT.read_bytes())
    assert (batch.state, batch.total, batch.unknown_columns) == ("ready", 500, ["序号"])
    told = {row.number: row for row in ImportRow.objects.filter(batch=batch)}
    assert sorted(told) == [line for line, _person, _cells in messy_sheet.rows()]
    wrong = []
    for line, person, _cells in messy_sheet.rows():
        row = told[line]
        expected = [(person.column, True)] if person.verdict == "refused" else []
        found = [(column, person.says in sentence) for column, sentence in row.problems]
        if (row.verdict, found) != (person.verdict, expected):
            wrong.append((line, person.verdict, person.column, person.says, row.verdict, row.problems))
    assert not wrong, "\n".join(map(str, wrong))
    assert Enrolment.objects.count() == 18  # those that were there: a dry run changes nothing


def test_the_good_rows_are_enrolled_and_nothing_of_an_account_changes(
    here: Any, jiangxin: Any, clerk: Any, in_tenant: Any
) -> None:
    accounts = the_world(here, jiangxin, in_tenant)
    before = {number: (user.phone, user.password, user.name) for number, user in accounts.items()}
    batch = run(hand_in(here, clerk, messy_sheet.KEPT.read_bytes()), clerk, seen=True)
    expected = Counter(person.verdict for _line, person, _cells in messy_sheet.rows())
    assert {name: getattr(batch, name) for name in expected} == dict(expected)
    assert (batch.state, batch.settled) == ("done", 500)
    for _line, person, _cells in messy_sheet.rows():
        row = Enrolment.objects.filter(user__id_number_index=_index(person)).first()
        assert bool(row) == (person.verdict != "refused" or person.number <= messy_sheet.TWICE), person
        if person.verdict == "new" and row:
            fee = Decimal(1200) if person.cells.get("fee") else Decimal(200)
            assert (row.admission, row.seen_by_id, row.training_fee, row.textbook_fee) == (
                "awaiting_payment", clerk.pk, fee, 80,
            )  # fmt: skip
            assert (row.origin, row.phone, row.wants_invoice) == ("sheet", person.phone, "invoice" in person.cells)
            assert row.fee_notice == ("" if person.cells.get("fee") else FEES["101"].notice)
    for number, user in accounts.items():
        user.refresh_from_db()
        assert (user.phone, user.password, user.name) == before[number]
    changed = Enrolment.objects.get(
        user=accounts[next(p.number for p in messy_sheet.people() if p.verdict == "changed")]
    )
    assert changed.phone.startswith("137")
    assert Entry.objects.filter(action="import.done").get().data["sha256"] == batch.file_hash
    assert not Entry.objects.filter(action__in=["enrolment.created", "account.registered"]).exists()


def _index(person: Any) -> str:
    from tenants.accounts.models import number_index

    return number_index(person.id_number)


def test_a_new_person_signs_in_with_the_initial_password(here: Any, clerk: Any) -> None:
    run(hand_in(here, clerk, book(somebody(1))), clerk)
    user = User.objects.get(name="张三")
    assert user.check_password("111111")
    assert (user.activated_at, user.phone, user.name_pinyin, user.gender) == (None, "13900000001", "zhangsan", "male")


def test_a_run_that_is_stopped_goes_on_and_a_second_worker_does_nothing_twice(
    here: Any, clerk: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tenants.imports.running.PORTION", 2)
    batch = hand_in(here, clerk, book(*[somebody(n, f"张{'一二三四五'[n]}") for n in range(5)]))
    batches.confirm(batch, {}, by=clerk, at=AT)

    class Stopped(Exception):
        pass

    calls = iter(range(100))

    def dying() -> Any:
        if next(calls) == 4:  # claim, preparing, two portions, then the worker is killed
            raise Stopped
        return AT

    with pytest.raises(Stopped):
        run_batch(batch.pk, sheet_of, clock=dying)
    batch.refresh_from_db()
    assert (batch.state, batch.settled, Enrolment.objects.count()) == ("running", 4, 4)
    assert list(batches.stranded(AT + timedelta(hours=1))) == [batch]
    batches.stop(batch, by=clerk, at=AT)
    run_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    assert (batch.state, Enrolment.objects.count()) == ("stopped", 4)
    batches.go_on(batch, by=clerk, at=AT)
    run_batch(batch.pk, sheet_of, clock=clock)
    run_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    assert (batch.state, batch.settled, Enrolment.objects.count()) == ("done", 5, 5)


def test_what_has_changed_since_the_preview_is_judged_again(here: Any, clerk: Any) -> None:
    batch = hand_in(here, clerk, book(somebody(1), somebody(2, "李四")))
    PostCertificate.objects.filter(holder_name="李四").update(state="revoked")
    run(batch, clerk)
    assert (batch.new, batch.refused) == (1, 1)
    row = ImportRow.objects.get(batch=batch, verdict="refused")
    assert "失效" in row.problems[0][1]


def test_the_same_file_is_not_imported_twice_by_mistake(here: Any, clerk: Any) -> None:
    data = book(somebody(1))
    run(hand_in(here, clerk, data), clerk)
    with pytest.raises(CannotImport) as refused:
        hand_in(here, clerk, data)
    assert refused.value.code == "import.same_file"
    assert hand_in(here, clerk, data, again=True).unchanged == 1


def test_a_run_that_was_given_up_can_be_taken_back_or_go_on(here: Any, clerk: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("tenants.imports.running.PORTION", 1)
    batch = hand_in(here, clerk, book(somebody(1), somebody(2, "李四")))
    batches.confirm(batch, {}, by=clerk, at=AT)
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=3)
    run_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    assert (batch.state, batch.refusal) == ("failed", "import.killed")
    batches.go_on(batch, by=clerk, at=AT)
    run_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    assert (batch.state, batch.refusal, Enrolment.objects.count()) == ("done", "", 2)


def test_a_fee_that_no_column_holds_is_refused_in_its_row(here: Any, clerk: Any) -> None:
    made = Workbook()
    for row in (("姓名", "身份证号", "培训费"), (*somebody(1)[:2], 1_000_000), (*somebody(2, "李四")[:2], 999_999)):
        made.active.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    batch = run(hand_in(here, clerk, buffer.getvalue()), clerk)
    assert (batch.new, batch.refused) == (1, 1)
    assert ImportRow.objects.get(batch=batch, verdict="refused").problems[0][0] == "training_fee"
