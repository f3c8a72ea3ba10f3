"""A sheet of enrolments taken back: all that it made, or nothing; and never what somebody has done since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from learning import services
from learning.models import Enrolment, EnrolmentScan
from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.imports import batches
from tenants.imports.errors import CannotImport
from tenants.imports.models import ImportBatch
from tenants.imports.undoing import undo_batch
from tests.support import people
from tests.support.enrolling import paper
from tests.support.enrolment_sheets import book, clock, hand_in, run, sheet_of, somebody, undo
from tests.support.register import AT, make_class, open_province
from tests.support.study import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def here(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        open_province(lingzhu)
        yield lingzhu


def test_a_batch_is_taken_back_whole_while_nobody_has_paid(here: Any, clerk: Any) -> None:
    known = make_study(here, user=people.make_user("王五"), year=2025).enrolment
    batch = run(hand_in(here, clerk, book(somebody(1), somebody(2, "李四"))), clerk)
    assert Enrolment.objects.count() == 3
    undo(batch, clerk)
    assert list(Enrolment.objects.all()) == [known]
    assert not User.objects.filter(name__in=["张三", "李四"]).exists()
    assert (batch.state, batch.undone_by, Entry.objects.filter(action="import.undone").count()) == ("undone", clerk, 1)
    undo_batch(batch.pk, sheet_of, clock=clock)  # a message that comes twice
    assert Entry.objects.filter(action="import.undone").count() == 1
    with pytest.raises(CannotImport):
        batches.undo(batch, by=clerk, at=AT)


def test_a_batch_of_which_somebody_has_paid_stays_whole(here: Any, clerk: Any) -> None:
    batch = run(hand_in(here, clerk, book(somebody(1), somebody(2, "李四"))), clerk, seen=True)
    services.mark_paid(Enrolment.objects.get(user__name="李四"), by=clerk, at=AT)
    undo(batch, clerk)
    assert (batch.state, batch.undone_by, "1 人" in batch.undo_refusal_words) == ("done", None, True)
    assert Enrolment.objects.count() == 2


def test_changes_are_restored(here: Any, clerk: Any) -> None:
    row = somebody(1)
    first = run(hand_in(here, clerk, book(row)), clerk)
    make_class(here, "第一期")
    second = run(hand_in(here, clerk, book((*row[:2], "13700000000", row[3], "第一期"))), clerk)
    found = Enrolment.objects.get()
    assert (second.changed, found.phone, str(found.training_class)) == (1, "13700000000", "第一期")
    undo(second, clerk)
    found.refresh_from_db()
    assert (found.phone, found.training_class) == ("13900000001", None)
    assert first.state == "done"


def test_what_was_changed_again_since_stays_as_it_is(here: Any, clerk: Any) -> None:
    row = somebody(1)
    run(hand_in(here, clerk, book(row)), clerk)
    make_class(here, "第一期")
    second = run(hand_in(here, clerk, book((*row[:2], "13700000000", row[3], "第一期"))), clerk)
    found = Enrolment.objects.get()
    found.phone = "13600000000"
    found.save(update_fields=["phone"])
    undo(second, clerk)
    found.refresh_from_db()
    assert (second.state, found.phone, found.training_class) == ("undone", "13600000000", None)


def test_taking_back_that_costs_three_workers_leaves_the_batch_as_it_was(here: Any, clerk: Any) -> None:
    batch = run(hand_in(here, clerk, book(somebody(1))), clerk)
    batches.undo(batch, by=clerk, at=AT)
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=3)
    assert batch in batches.stranded(AT + timedelta(minutes=5))
    undo_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, "三次" in batch.undo_refusal_words) == ("done", None, True)
    assert Enrolment.objects.count() == 1
    assert undo(batch, clerk).state == "undone"


def test_a_scan_that_has_come_meanwhile_goes_with_its_application(here: Any, clerk: Any) -> None:
    batch = run(hand_in(here, clerk, book(somebody(1))), clerk)
    enrolment = Enrolment.objects.get()
    services.save_scan(enrolment.user, here, "id_card", paper(), enrolment=enrolment, by=enrolment.user, at=AT)
    assert (undo(batch, clerk).state, EnrolmentScan.objects.count()) == ("undone", 0)


def test_nobody_goes_back_into_a_class_that_has_filled_meanwhile(here: Any, clerk: Any) -> None:
    small, row = make_class(here, "甲班", capacity=1), somebody(1)
    make_class(here, "乙班")
    run(hand_in(here, clerk, book((*row, "甲班"))), clerk)
    moved = run(hand_in(here, clerk, book((*row, "乙班"))), clerk)
    run(hand_in(here, clerk, book((*somebody(2, "李四"), "甲班"))), clerk)
    undo(moved, clerk)
    assert (moved.state, "甲班" in moved.undo_refusal_words, "已满" in moved.undo_refusal_words) == ("done", True, True)
    assert Enrolment.objects.filter(training_class=small).count() == 1


def test_who_has_paid_since_is_not_moved_back_either(here: Any, clerk: Any) -> None:
    row = somebody(1)
    run(hand_in(here, clerk, book(row)), clerk, seen=True)
    moved = run(hand_in(here, clerk, book((*row[:2], "13700000000", row[3]))), clerk)
    services.mark_paid(Enrolment.objects.get(), by=clerk, at=AT)
    assert (undo(moved, clerk).state, Enrolment.objects.get().phone) == ("done", "13700000000")


def test_accounts_go_in_as_many_statements_for_two_people_as_for_twenty(here: Any, clerk: Any) -> None:
    people_of_it = [somebody(n, f"张{'一二三四五六七八九十'[n % 10]}{'甲乙'[n // 10]}") for n in range(20)]
    few, many = (run(hand_in(here, clerk, book(*some)), clerk) for some in (people_of_it[:2], people_of_it[2:]))
    for batch in (few, many):
        batches.undo(batch, by=clerk, at=AT)
    with CaptureQueriesContext(connection) as first:
        undo_batch(few.pk, sheet_of, clock=clock)
    with CaptureQueriesContext(connection) as second:
        undo_batch(many.pk, sheet_of, clock=clock)
    assert (len(first), User.objects.filter(name__startswith="张").count()) == (len(second), 0)
