"""A sheet is no key: it tells nobody who has an account, shows nobody's numbers, and no revocation slips past it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from cms.importing.words import masked_cell
from learning.imports import EnrolmentSheet
from learning.models import Enrolment, PostCertificate
from tenants.imports.models import ImportRow
from tenants.models import Institution
from tests.support import people
from tests.support.enrolment_sheets import book, hand_in, run, somebody
from tests.support.live import in_thread
from tests.support.register import open_province

pytestmark = pytest.mark.django_db
WRITTEN = [
    "440106199001010018",
    "４４０１０６１９９００１０１００１８",
    "4401 0619 9001 0100 18",
    "张三440106-19900101-001X",
    "440106199013410018",  # of no day in the calendar
]


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def here(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        open_province(lingzhu)
        yield lingzhu


def test_a_wrong_name_is_answered_alike_with_and_without_an_account(here: Any, clerk: Any) -> None:
    with_account, without = somebody(1), somebody(2, "李四")
    user = people.make_user("张三")
    user.set_identity(id_number=with_account[1])
    user.save()
    batch = hand_in(here, clerk, book(("王五", *with_account[1:]), ("王五", *without[1:])))
    assert batch.refused == 2
    first, second = ImportRow.objects.filter(batch=batch).values_list("problems", flat=True)
    assert first == second


@pytest.mark.parametrize("column", ["name", "post_certificate", "invoice_title", "invoice_tax_number", "position"])
@pytest.mark.parametrize("text", WRITTEN)
def test_an_id_number_in_the_wrong_column_is_masked_on_the_screen(column: str, text: str) -> None:
    shown = masked_cell(column, text)
    assert "1990" not in shown
    assert shown.count("*") >= 6


def test_a_phone_in_the_wrong_column_is_masked_and_other_text_stays() -> None:
    assert masked_cell("name", "张三 13800001234") == "张三 138****1234"
    assert masked_cell("post_certificate", "粤建岗0000001") == "粤建岗0000001"
    assert masked_cell("training_fee", "1200.00") == "1200.00"


def test_a_clerk_does_not_enrol_themselves(here: Any, clerk: Any) -> None:
    row = somebody(1, clerk.name)
    clerk.set_identity(id_number=row[1])
    clerk.save()
    batch = hand_in(here, clerk, book(row))
    assert [problems[0][0] for problems in ImportRow.objects.values_list("problems", flat=True)] == ["id_number"]
    assert batch.refused == 1


@pytest.mark.usefixtures("committed")
def test_a_certificate_is_held_while_its_row_is_written(here: Any, clerk: Any, monkeypatch: Any) -> None:
    """Revoked or corrected in that moment it would entitle nobody, and the enrolment would stand."""
    told, write = [], EnrolmentSheet.write

    def change() -> str:
        try:
            with transaction.atomic():
                PostCertificate.objects.select_for_update(nowait=True).get()
        except OperationalError:
            return "held"
        return "free"

    def watched(sheet: EnrolmentSheet, *args: Any, **acting: Any) -> None:
        told.append(in_thread(change, scope=here))
        write(sheet, *args, **acting)

    monkeypatch.setattr(EnrolmentSheet, "write", watched)
    batch = run(hand_in(here, clerk, book(somebody(1))), clerk)
    assert (told, batch.new, Enrolment.objects.count()) == (["held"], 1, 1)


def test_an_institution_that_is_suspended_meanwhile_enrols_nobody_and_reads_why(here: Any, clerk: Any) -> None:
    batch = hand_in(here, clerk, book(somebody(1)))
    Institution.objects.filter(pk=here.pk).update(state="suspended")
    run(batch, clerk)
    assert (batch.state, batch.refusal, Enrolment.objects.count()) == ("failed", "institution.not_live", 0)
    assert batch.refusal_words
    assert not connection.needs_rollback


def test_one_person_under_number_and_position_is_counted_once(here: Any, clerk: Any) -> None:
    row = somebody(1)
    by_number = (row[0], row[1], row[2], "", "")
    batch = hand_in(here, clerk, book(row, by_number))
    assert (batch.new, batch.refused) == (1, 1)
    assert run(batch, clerk).new == 1
